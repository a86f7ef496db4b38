import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { CheckDescriptor } from '../../../shared/provider/check.ts';
import { type ProviderDescriptor, providerDescriptor } from '../../../shared/provider/descriptor.ts';
import type { ProviderInfo } from '../../../shared/provider/info.ts';
import { unknownProvider } from '../../../shared/unknown-provider.ts';

/** One way a key of a provider can look; the expression is anchored at both ends. */
export interface KnownFormat {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly format: AuthKindDescriptor['formats'][number];
  readonly whole: RegExp;
}

const FIELD_IN_BRACES = /\{([a-z][a-z0-9_]*)\}/;

interface Template {
  /** Text, field, text, field … text. */
  readonly parts: readonly string[];
  readonly fields: readonly string[];
}

/** Templates are few and come up with every request. */
const templates = new Map<string, Template>();
const MAX_TEMPLATES = 10_000;

function templateOf(text: string): Template {
  let template = templates.get(text);
  if (template === undefined) {
    const parts = text.split(FIELD_IN_BRACES);
    template = { parts, fields: parts.filter((_, at) => at % 2 === 1) };
    if (templates.size >= MAX_TEMPLATES) templates.clear();
    templates.set(text, template);
  }
  return template;
}

/** Names of the fields that a template such as "Bearer {api_key}" needs. */
export function templateFields(template: string): readonly string[] {
  return templateOf(template).fields;
}

/** Puts field values into a template; a field that is not filled in leaves nothing behind. */
export function fillTemplate(template: string, value: (field: string) => string | undefined): string {
  const { parts } = templateOf(template);
  let text = '';
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] ?? '';
    text += at % 2 === 0 ? part : (value(part) ?? '');
  }
  return text;
}

/** What the schema leaves open: the value that `--stdin` reads and `get` prints has to be there and secret. */
export function primaryProblems(provider: ProviderDescriptor): string[] {
  return provider.auth.flatMap((kind) => {
    const primary = kind.fields.find((field) => field.name === kind.primary);
    if (primary !== undefined && (kind.secretless || kind.token !== undefined)) return [];
    return primary?.secret && primary.required ? [] : [`${kind.kind}: the primary field must be a required secret`];
  });
}

/**
 * @param json - text of resources/providers/ID.json.
 * @throws Error that names what is wrong: the catalogue is part of the program, so this is a build fault.
 */
export function parseProvider(json: string): ProviderDescriptor {
  const provider = providerDescriptor.parse(JSON.parse(json));
  const problems = primaryProblems(provider);
  if (problems.length > 0) throw new Error(`catalogue entry ${provider.id}: ${problems.join('; ')}`);
  return provider;
}

/** An own provider as the vault holds it. */
export interface OwnProvider {
  readonly provider: ProviderDescriptor & { readonly own: true };
  readonly enabled: boolean;
}

function formatsOf(providers: readonly ProviderDescriptor[]): KnownFormat[] {
  return providers.flatMap((provider) =>
    provider.auth.flatMap((authKind) =>
      authKind.formats.map((format) => ({ provider, authKind, format, whole: new RegExp(`^(?:${format.regex})$`) })),
    ),
  );
}

/**
 * All providers that are known: those of the program, read once at the start, and the owner's own while the vault is
 * unlocked. A new own one cannot have a built-in id; one that had it before the program knew it stays what it was.
 */
export class Catalogue {
  readonly #builtIn: ReadonlyMap<string, ProviderDescriptor>;
  readonly #builtInFormats: readonly KnownFormat[];
  #providers: ReadonlyMap<string, ProviderDescriptor>;
  #formats: readonly KnownFormat[];
  #off: ReadonlySet<string> = new Set();

  constructor(providers: readonly ProviderDescriptor[]) {
    this.#builtIn = new Map(providers.map((provider) => [provider.id, provider]));
    this.#builtInFormats = formatsOf(providers);
    this.#providers = this.#builtIn;
    this.#formats = this.#builtInFormats;
  }

  /** Takes the place of all own ones before. */
  setOwn(own: readonly OwnProvider[]): void {
    const all = new Map(this.#builtIn);
    for (const { provider } of own) all.set(provider.id, provider);
    this.#providers = new Map([...all.values()].sort(byName).map((provider) => [provider.id, provider]));
    this.#off = new Set(own.filter(({ enabled }) => !enabled).map(({ provider }) => provider.id));
    const on = own.filter(({ enabled }) => enabled).map(({ provider }) => provider);
    this.#formats = [...this.#builtInFormats, ...formatsOf(on)];
  }

  get formats(): readonly KnownFormat[] {
    return this.#formats;
  }

  isBuiltIn(id: string): boolean {
    return this.#builtIn.has(id);
  }

  isEnabled(id: string): boolean {
    return !this.#off.has(id);
  }

  /** @throws AppError `conflict` for an own provider that is switched off. */
  assertEnabled(id: string): void {
    if (this.isEnabled(id)) return;
    throw new AppError(
      'conflict',
      'This provider is switched off. Nothing was sent or changed.',
      'Switch it on under Settings, or with "keyharbor providers enable".',
    );
  }

  /** @param folder - resources/providers. */
  static load(folder: string): Catalogue {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    const providers = files.map((name) => {
      const provider = parseProvider(readFileSync(join(folder, name), 'utf8'));
      if (name !== `${provider.id}.json`) throw new Error(`catalogue entry ${provider.id} lies in another file`);
      return provider;
    });
    return new Catalogue(providers.sort(byName));
  }

  all(): readonly ProviderDescriptor[] {
    return [...this.#providers.values()];
  }

  find(id: string): ProviderDescriptor | undefined {
    return this.#providers.get(id);
  }

  /** @throws AppError `not_found` whose hint names the nearest. */
  get(id: string): ProviderDescriptor {
    const provider = this.#providers.get(id);
    if (provider !== undefined) return provider;
    const { message, hint } = this.unknown(id);
    throw new AppError('not_found', message, hint);
  }

  /** What to say where there is no provider of this id. */
  unknown(id: string): { readonly message: string; readonly hint: string } {
    return unknownProvider(id, [...this.#providers.keys()]);
  }
}

/** The generic entry comes last in every list. */
function byName(a: ProviderDescriptor, b: ProviderDescriptor): number {
  if ((a.id === 'http') !== (b.id === 'http')) return a.id === 'http' ? 1 : -1;
  return a.name.localeCompare(b.name, 'en');
}

/** The first kind where none is named. @throws AppError `invalid_input` whose hint lists the kinds. */
export function authKindOf(provider: ProviderDescriptor, kind: string | undefined): AuthKindDescriptor {
  const found = kind === undefined ? provider.auth[0] : provider.auth.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  throw new AppError(
    'invalid_input',
    `${provider.name} has no such kind of credential.`,
    `Known kinds: ${provider.auth.map((each) => each.kind).join(', ')}.`,
  );
}

/** What else a check needs to be filled in: the fields of a path, the host of a mail server. */
function neededFields(provider: ProviderDescriptor, kind: string, check: CheckDescriptor): string[] {
  if (check.protocol === 'http') return [...templateFields(check.path), ...check.needs];
  const addresses = provider.auth.find((each) => each.kind === kind)?.address ?? [];
  return addresses.flatMap((each) => ('host' in each && each.protocol === check.protocol ? [each.host] : []));
}

/** A version of the API that is not enabled is not called. */
function isOfDisabledVersion({ baseUrl }: ProviderDescriptor, check: CheckDescriptor): boolean {
  if (check.protocol !== 'http') return false;
  const under = (path: string) => check.path === path || check.path.startsWith(`${path.replace(/\/+$/, '')}/`);
  const [longest] = baseUrl.versions
    .filter((version) => under(version.path))
    .sort((a, b) => b.path.length - a.path.length);
  return longest?.enabled === false;
}

/**
 * The cheapest check of that auth kind that can be made: the catalogue lists them cheapest first.
 * @param given - passes over a check that needs a field which is not filled in, or, beside an own base URL, one that
 *   goes to another place.
 */
export function checkFor(
  provider: ProviderDescriptor,
  kind: string,
  given?: { readonly isFilled: (field: string) => boolean; readonly ownBaseUrl: boolean },
): CheckDescriptor | undefined {
  return provider.checks.find(
    (check) =>
      check.for.includes(kind) &&
      !isOfDisabledVersion(provider, check) &&
      (given === undefined ||
        (neededFields(provider, kind, check).every(given.isFilled) &&
          !(given.ownBaseUrl && 'baseUrl' in check && check.baseUrl !== undefined))),
  );
}

/**
 * What a test of this kind may cost at most: which check is run depends on the fields that are filled and on the base
 * URL. Micro-USD; null where there is no check.
 */
export function dearestCheck(provider: ProviderDescriptor, kind: string): number | null {
  const costs = provider.checks
    .filter((check) => check.for.includes(kind) && !isOfDisabledVersion(provider, check))
    .map(({ costMicroUsd }) => costMicroUsd);
  return costs.length === 0 ? null : Math.max(...costs);
}

/** The field that a sign-in in the browser fills; null for a kind without one. */
export function signInField({ token }: AuthKindDescriptor): string | null {
  if (token?.grant === 'mcp_oauth') return token.refreshToken;
  return token?.grant === 'refresh_token' && token.signIn !== undefined ? token.refreshToken : null;
}

export function providerInfoOf(provider: ProviderDescriptor, enabled = true): ProviderInfo {
  const { docs, keys, status } = provider.links;
  return {
    id: provider.id,
    name: provider.name,
    category: provider.category,
    own: provider.own === true,
    enabled,
    links: {
      ...(docs === undefined ? {} : { docs }),
      ...(keys === undefined ? {} : { keys }),
      ...(status === undefined ? {} : { status }),
    },
    icon: provider.icon,
    baseUrl: {
      default: provider.baseUrl.default,
      changeable: provider.baseUrl.changeable,
      ...(provider.baseUrl.hint === undefined ? {} : { hint: provider.baseUrl.hint }),
      choices: provider.baseUrl.choices,
    },
    auth: provider.auth.map((kind) => {
      const check = checkFor(provider, kind.kind);
      return {
        kind: kind.kind,
        label: kind.label,
        primary: kind.entered ?? kind.primary,
        fields: kind.fields.filter((field) => !field.obtained),
        signIn: signInField(kind),
        environment: kind.environment.flatMap((entry) => entry.names.slice(0, 1)),
        ownAddress: kind.address.length > 0,
        local: kind.local,
        ...(kind.note === undefined ? {} : { note: kind.note }),
        check:
          check === undefined
            ? null
            : { costMicroUsd: dearestCheck(provider, kind.kind) ?? check.costMicroUsd, proves: check.proves },
      };
    }),
  };
}
