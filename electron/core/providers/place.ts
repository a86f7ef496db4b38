import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { normaliseBaseUrl } from './base-url.ts';
import { fillTemplate, templateFields } from './catalogue.ts';
import { originOf, ownAddresses } from './own-address.ts';

/** What a credential's fields hold; undefined where one is not filled in and has no default. */
export type FieldValue = (field: string) => string | undefined;

/** Where the requests of a credential go, as its row keeps it (SECURITY-DESIGN.md section 2.1). */
export interface Place {
  /** Empty where the catalogue alone says it. Bound to the secrets otherwise. */
  readonly origin: string;
  /** One exact loopback or private address. */
  readonly local: boolean;
}

interface KindOf {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
}

/** The given public fields, and the catalogue's defaults behind them. */
export function withDefaults(kind: AuthKindDescriptor, given: FieldValue): FieldValue {
  return (name) => given(name) ?? kind.fields.find((field) => field.name === name)?.default;
}

/** Null where the owner has to give a base URL. It may hold public fields in braces. */
export function catalogueBase({ provider, kind }: KindOf): string | null {
  return kind.baseUrl ?? provider.baseUrl.default;
}

/**
 * The base URL that public fields name, or null where they name none or one of them is missing. An own provider's is
 * always bound to its credentials: its descriptor can change, and must not take them along.
 */
function namedBase(kindOf: KindOf, value: FieldValue): string | null {
  const template = catalogueBase(kindOf);
  if (template === null) return null;
  const fields = templateFields(template);
  if (fields.length === 0 && kindOf.provider.own !== true) return null;
  return fields.every((name) => value(name)) ? fillTemplate(template, value) : null;
}

function missingField({ provider, kind }: KindOf, value: FieldValue): AppError {
  const names = templateFields(catalogueBase({ provider, kind }) ?? '');
  const field = kind.fields.find((each) => names.includes(each.name) && !value(each.name));
  const own = provider.baseUrl.changeable ? ', or give a base URL' : '';
  return new AppError(
    'invalid_input',
    `${field?.label ?? 'A field'} (field ${field?.name ?? ''}) is missing: it says where ${provider.name} is. Nothing was stored.`,
    `Give it with --field ${field?.name ?? 'NAME'}=VALUE${own}.`,
  );
}

function isChoice(provider: ProviderDescriptor, url: string): boolean {
  return provider.baseUrl.choices.some((choice) => choice.url.replace(/\/+$/, '') === url);
}

/** A base URL that the owner gave. */
function givenBase({ provider, kind }: KindOf, baseUrl: string, local: boolean): Place {
  if (isChoice(provider, baseUrl.replace(/\/+$/, ''))) {
    return { origin: normaliseBaseUrl(baseUrl, false), local: false };
  }
  // What is kept for another server than the API is that server's alone.
  const isBoundElsewhere = kind.token !== undefined && 'tokenUrl' in kind.token;
  if (!provider.baseUrl.changeable || kind.address.length > 0 || isBoundElsewhere) {
    const hint =
      kind.address.length > 0
        ? `Its fields say where it is: ${kind.fields.map((field) => field.name).join(', ')}.`
        : 'Leave the base URL out.';
    throw new AppError(
      'invalid_input',
      `Base URL: ${provider.name} (${kind.label}) takes none of its own. Nothing was stored.`,
      hint,
    );
  }
  return { origin: normaliseBaseUrl(baseUrl, local), local };
}

/**
 * Where a credential with these public fields would go.
 * @param baseUrl - the owner's own, one of the catalogue's choices, or null or empty.
 * @param local - the owner's word that it is one exact loopback or private address.
 * @throws AppError `invalid_input` that says what is missing or wrong, `security_violation` for metadata services.
 */
export function placeFor(kindOf: KindOf, given: FieldValue, baseUrl: string | null, local: boolean): Place {
  const { provider, kind } = kindOf;
  if (baseUrl !== null && baseUrl !== '') return givenBase(kindOf, baseUrl, local);
  const value = withDefaults(kind, given);
  if (kind.address.length > 0) return { origin: originOf(ownAddresses(kind, value, local)), local };
  const template = catalogueBase(kindOf);
  if (template === null) {
    throw new AppError(
      'invalid_input',
      `Base URL: ${provider.name} needs one. Nothing was stored.`,
      'Give it with --base-url, or in the field “Base URL”.',
    );
  }
  if (local && !kind.local) {
    throw new AppError(
      'invalid_input',
      'Base URL: a local server needs its address. Nothing was stored.',
      'Give it with --base-url.',
    );
  }
  const named = namedBase(kindOf, value);
  if (named !== null) return { origin: normaliseBaseUrl(named, kind.local), local: kind.local };
  if (templateFields(template).length > 0) throw missingField(kindOf, value);
  return { origin: '', local: kind.local };
}

/** Whether public fields, and not a base URL, say where this goes. */
export function isNamedByFields(kindOf: KindOf, origin: string, given: FieldValue): boolean {
  if (origin === '') return false;
  if (kindOf.kind.address.length > 0) return true;
  const named = namedBase(kindOf, withDefaults(kindOf.kind, given));
  try {
    return named !== null && normaliseBaseUrl(named, kindOf.kind.local) === origin;
  } catch {
    return false;
  }
}

/** Whether the owner gave a base URL that is not in the catalogue. */
export function isOwnBaseUrl(kindOf: KindOf, origin: string, given: FieldValue): boolean {
  return origin !== '' && !isChoice(kindOf.provider, origin) && !isNamedByFields(kindOf, origin, given);
}

/** Whether the catalogue itself names this place, with nothing filled in: nobody has to be asked about it. */
export function isCataloguePlace(kindOf: KindOf, { origin }: Place): boolean {
  if (origin === '' || isChoice(kindOf.provider, origin)) return true;
  return kindOf.kind.address.length === 0 && isNamedByFields(kindOf, origin, () => undefined);
}

/** The base URL of a credential's requests; null where none is known. */
export function baseUrlOf(kindOf: KindOf, origin: string, given: FieldValue): string | null {
  if (origin !== '') return origin;
  const template = catalogueBase(kindOf);
  if (template === null) return null;
  const value = withDefaults(kindOf.kind, given);
  return templateFields(template).every((name) => value(name)) ? fillTemplate(template, value) : null;
}
