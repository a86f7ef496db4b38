import {
  type CacheRule,
  type HeaderEdit,
  type PathRewrite,
  type PoolMember,
  type PoolRule,
  type RoutingRule,
  type RoutingScope,
} from '../../../shared/contract/routing.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Credentials } from '../credentials/credentials.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { Emit } from '../events.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { CredentialPool } from './credential-pool.ts';
import { namesBroughtIn } from './header-edits.ts';
import { PoolFindings } from './pool-findings.ts';
import { ResponseCache } from './response-cache.ts';
import { deleteRuleRow, listRuleRows, putRuleRow } from './routing-table.ts';
import { scopeText } from './scope-text.ts';
import { StoredRules } from './stored-rules.ts';

/** What holds for the calls of one client to one provider; worked out once, until a rule changes. */
export interface Route {
  readonly requestHeaders: readonly HeaderEdit[];
  readonly responseHeaders: readonly HeaderEdit[];
  readonly paths: readonly PathRewrite[];
  readonly cache: CacheRule | null;
  readonly pool: PoolRule | null;
  /** Names that pass the lists because the owner brought them in. */
  readonly requestNames: readonly string[];
  readonly responseNames: readonly string[];
  /** Whose answers look like this client's: its own id where a rule of its own changes them, else empty. */
  readonly answersOf: string;
}

export interface RoutingDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly catalogue: Pick<Catalogue, 'get'>;
  readonly credentials: Pick<Credentials, 'resolve' | 'finding'>;
  readonly emit: Emit;
}

/** The owner's rules for proxied calls, with the answers that are kept and the health of the pools. */
export class Routing {
  readonly #deps: RoutingDeps;
  readonly cache: ResponseCache;
  readonly pool: CredentialPool;
  readonly #findings: PoolFindings;
  #rules: StoredRules | null = null;
  /** By provider and client: each call asks several times, so nothing is joined to a key. */
  readonly #routes = new Map<string, Map<string, Route | null>>();

  constructor(deps: RoutingDeps) {
    this.#deps = deps;
    this.cache = new ResponseCache(deps.clock);
    this.pool = new CredentialPool(deps.clock);
    this.#findings = new PoolFindings({
      pool: this.pool,
      served: (provider, label) => this.served(provider, label),
      finding: (id, version) => deps.credentials.finding(id, version),
    });
  }

  /**
   * null: no rule says anything, which is how most calls go. Needs an unlocked vault.
   * @throws AppError `integrity_failure` where a rule cannot be read that could be about these calls.
   */
  of(provider: string, clientId: string): Route | null {
    const known = this.#routes.get(provider)?.get(clientId);
    if (known !== undefined) return known;
    const rules = this.#read();
    const route = merged(rules.of(scopeText({ provider })), rules.of(scopeText({ client: clientId })));
    let ofProvider = this.#routes.get(provider);
    if (ofProvider === undefined || ofProvider.size >= MAX_CLIENTS) {
      if (this.#routes.size >= MAX_PROVIDERS) this.#routes.clear();
      ofProvider = new Map();
      this.#routes.set(provider, ofProvider);
    }
    ofProvider.set(clientId, route);
    return route;
  }

  /** @throws AppError `integrity_failure` where one cannot be read: what is left would pass for all. */
  list(): RoutingRule[] {
    return this.#read().all();
  }

  /** Whom the rules are for that `list` is refused because of; null: one that does not say. */
  unreadable(): (RoutingScope | null)[] {
    return this.#read().unreadable();
  }

  /** Adds or replaces the rule of its provider or client. @throws AppError `not_found` for an unknown provider. */
  set(rule: RoutingRule, actor: string): RoutingRule {
    if (rule.for === 'provider') this.#deps.catalogue.get(rule.provider);
    const scope = scopeText(rule.for === 'provider' ? { provider: rule.provider } : { client: rule.client });
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    vault.write(() => {
      putRuleRow(vault.db, { scope, document: JSON.stringify(rule) }, clock.now());
      appendAudit(vault, clock, { actor, action: 'routing.set', target: scope, result: 'ok' });
    });
    this.#changed();
    return rule;
  }

  /** @throws AppError `not_found`. */
  remove(scope: RoutingScope, actor: string): void {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    vault.write(() => {
      if (!deleteRuleRow(vault.db, scopeText(scope))) {
        throw new AppError('not_found', 'There is no such rule. Nothing was changed.', 'See "keyharbor routing list".');
      }
      appendAudit(vault, clock, { actor, action: 'routing.remove', target: scopeText(scope), result: 'ok' });
    });
    this.#changed();
  }

  /** null: suspended, revoked, in the bin, or there never was one of this name. */
  served(provider: string, label: string): ResolvedCredential | null {
    try {
      return this.#deps.credentials.resolve(provider, label);
    } catch {
      return null;
    }
  }

  /** The members of a pool that may be tried, best first. */
  inOrder(provider: string, rule: PoolRule, usable: (label: string) => boolean): readonly string[] {
    this.#findings.refresh(provider, rule);
    return this.pool.order(provider, rule, usable);
  }

  health(): PoolMember[] {
    const rules = this.#read().readable();
    return rules.flatMap((rule) => {
      if (rule.for !== 'provider' || rule.pool === null) return [];
      this.#findings.refresh(rule.provider, rule.pool);
      return this.pool.state(rule.provider, rule.pool).map((member) => {
        if (this.served(rule.provider, member.label) !== null) return member;
        return { ...member, state: 'missing' as const, until: null, because: null, told: null };
      });
    });
  }

  /** What was found out about a credential, or its value, may be another now. */
  credentialsChanged(): void {
    this.#findings.changed();
  }

  /** A lock: answers and what was learnt are gone. */
  locking(): void {
    this.#rules = null;
    this.#routes.clear();
    this.cache.drop();
    this.pool.forget();
    this.#findings.locking();
  }

  #changed(): void {
    this.#rules = null;
    this.#routes.clear();
    this.#findings.changed(); // a pool may have other members now
    this.cache.drop(); // kept under rules that do not hold any more
    this.#deps.emit({ event: 'routing.changed', data: {} });
  }

  #read(): StoredRules {
    this.#rules ??= new StoredRules(listRuleRows(this.#deps.vault.opened().db));
    return this.#rules;
  }
}

const MAX_PROVIDERS = 256;
const MAX_CLIENTS = 64;

function merged(provider: RoutingRule | undefined, client: RoutingRule | undefined): Route | null {
  const rules = [provider, client].filter((rule) => rule !== undefined);
  if (rules.length === 0) return null;
  const requestHeaders = rules.flatMap((rule) => rule.requestHeaders);
  const responseHeaders = rules.flatMap((rule) => rule.responseHeaders);
  return {
    requestHeaders,
    responseHeaders,
    // The client's own come first: they are the narrower ones.
    paths: rules.toReversed().flatMap((rule) => rule.paths),
    cache: provider?.for === 'provider' ? provider.cache : null,
    pool: provider?.for === 'provider' ? provider.pool : null,
    requestNames: namesBroughtIn(requestHeaders),
    responseNames: namesBroughtIn(responseHeaders),
    answersOf: client?.for === 'client' && client.responseHeaders.length > 0 ? client.client : '',
  };
}
