import { type RoutingRule, type RoutingScope, routingRule, routingScope } from '../../../shared/contract/routing.ts';
import { AppError } from '../../../shared/errors.ts';
import { PUT_BACK } from '../store/damage-words.ts';
import type { RuleRow } from './routing-table.ts';
import { scopeText } from './scope-text.ts';

/**
 * The rules of a vault. One that cannot be read stops the calls that it could be about, and no others: they must not go
 * out as if there were no rule.
 */
export class StoredRules {
  readonly #rules = new Map<string, RoutingRule>();
  /** By whom it concerns: the row that cannot be read. */
  readonly #unreadable = new Map<string, string>();
  /** Some row does not even say whom it concerns: it could be anybody. */
  #isAnyUnknown = false;

  constructor(rows: readonly RuleRow[]) {
    for (const { scope, document } of rows) {
      const given = parsedJson(document);
      const rule = routingRule.safeParse(given);
      const named = textOf(scopeNamedIn(given));
      if (rule.success && named === scope) {
        this.#rules.set(scope, rule.data);
      } else if (scopeOf(scope) !== null) {
        this.#unreadable.set(scope, scope);
        if (named !== null) this.#unreadable.set(named, scope);
      } else {
        this.#isAnyUnknown = true;
      }
    }
  }

  /** undefined: there is none. @throws AppError `integrity_failure`. */
  of(scope: string): RoutingRule | undefined {
    if (this.#isAnyUnknown) throw unknownScope();
    const row = this.#unreadable.get(scope);
    if (row !== undefined) throw unreadable([row]);
    return this.#rules.get(scope);
  }

  /** @throws AppError `integrity_failure` where these are not all. */
  all(): RoutingRule[] {
    if (this.#isAnyUnknown) throw unknownScope();
    if (this.#unreadable.size > 0) throw unreadable([...new Set(this.#unreadable.values())]);
    return this.readable();
  }

  readable(): RoutingRule[] {
    return [...this.#rules.values()];
  }

  /** Whom the rows are for that cannot be read; null: some say nobody. */
  unreadable(): (RoutingScope | null)[] {
    const rows = [...new Set(this.#unreadable.values())].map(scopeOf);
    return this.#isAnyUnknown ? [...rows, null] : rows;
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whom a document says that it is for, also where the rest of it cannot be read. */
function scopeNamedIn(document: unknown): RoutingScope | null {
  if (typeof document !== 'object' || document === null) return null;
  const { for: kind, provider, client } = document as Readonly<Record<string, unknown>>;
  const scope = routingScope.safeParse(kind === 'provider' ? { provider } : kind === 'client' ? { client } : null);
  return scope.success ? scope.data : null;
}

const textOf = (scope: RoutingScope | null): string | null => (scope === null ? null : scopeText(scope));

/** The other way round; null: it names neither a provider nor a client. */
function scopeOf(text: string): RoutingScope | null {
  const [kind = '', ...rest] = text.split(':');
  const scope = scopeNamedIn({ for: kind, [kind]: rest.join(':') });
  return textOf(scope) === text ? scope : null;
}

function unreadable(scopes: readonly string[]): AppError {
  const [first = ''] = scopes;
  const which = scopes.length === 1 ? `rule ${first} cannot` : `rules ${scopes.join(', ')} cannot`;
  const they = scopes.length === 1 ? 'it' : 'they';
  return new AppError(
    'integrity_failure',
    `The routing ${which} be read. No call goes out that ${they} could be for; all others do.`,
    `Set it anew, or remove it: "keyharbor routing remove ${first}".`,
  );
}

function unknownScope(): AppError {
  return new AppError(
    'integrity_failure',
    'A routing rule of this vault cannot be read, nor whose calls it is for. No call goes out.',
    PUT_BACK,
  );
}
