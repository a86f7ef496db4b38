import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import {
  type AuthKindDescriptor,
  type CheckDescriptor,
  type ProviderDescriptor,
  type ProviderInfo,
  providerDescriptor,
} from '../../../shared/provider.ts';

/** One way a key of a provider can look; the expression is anchored at both ends. */
export interface KnownFormat {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly format: AuthKindDescriptor['formats'][number];
  readonly whole: RegExp;
}

const FIELD_IN_BRACES = /\{([a-z][a-z0-9_]*)\}/g;

/** Names of the fields that a template such as "Bearer {api_key}" needs. */
export function templateFields(template: string): string[] {
  return [...template.matchAll(FIELD_IN_BRACES)].map((match) => match[1] ?? '');
}

/** Puts field values into a template; a field that is not filled in leaves nothing behind. */
export function fillTemplate(template: string, value: (field: string) => string | undefined): string {
  return template.replace(FIELD_IN_BRACES, (_, name: string) => value(name) ?? '');
}

/** What the schema leaves open: the value that `--stdin` reads and `get` prints has to be there and secret. */
function problemsOf(provider: ProviderDescriptor): string[] {
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
  const problems = problemsOf(provider);
  if (problems.length > 0) throw new Error(`catalogue entry ${provider.id}: ${problems.join('; ')}`);
  return provider;
}

/** All providers that this program knows: data, read once at the start. */
export class Catalogue {
  readonly #providers: ReadonlyMap<string, ProviderDescriptor>;
  readonly formats: readonly KnownFormat[];

  constructor(providers: readonly ProviderDescriptor[]) {
    this.#providers = new Map(providers.map((provider) => [provider.id, provider]));
    this.formats = providers.flatMap((provider) =>
      provider.auth.flatMap((authKind) =>
        authKind.formats.map((format) => ({
          provider,
          authKind,
          format,
          whole: new RegExp(`^(?:${format.regex})$`),
        })),
      ),
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

  /** @throws AppError `invalid_input` whose hint lists what there is. */
  get(id: string): ProviderDescriptor {
    const provider = this.#providers.get(id);
    if (provider !== undefined) return provider;
    throw new AppError(
      'invalid_input',
      'This provider is not in the catalogue.',
      `Known providers: ${[...this.#providers.keys()].join(', ')}. Use "http" for any other API.`,
    );
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
      (given === undefined ||
        (neededFields(provider, kind, check).every(given.isFilled) &&
          !(given.ownBaseUrl && 'baseUrl' in check && check.baseUrl !== undefined))),
  );
}

export function providerInfoOf(provider: ProviderDescriptor): ProviderInfo {
  const { docs, keys, status } = provider.links;
  return {
    id: provider.id,
    name: provider.name,
    category: provider.category,
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
        signIn: kind.token?.grant === 'refresh_token' && kind.token.signIn ? kind.token.refreshToken : null,
        environment: kind.environment.flatMap((entry) => entry.names.slice(0, 1)),
        ownAddress: kind.address.length > 0,
        local: kind.local,
        ...(kind.note === undefined ? {} : { note: kind.note }),
        check: check === undefined ? null : { costMicroUsd: check.costMicroUsd, proves: check.proves },
      };
    }),
  };
}
