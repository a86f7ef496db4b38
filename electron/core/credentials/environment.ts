import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { isReference, parseReference } from '../../../shared/reference.ts';
import { templateFields } from '../providers/catalogue.ts';
import { baseUrlOf, catalogueBase, isOwnBaseUrl } from '../providers/place.ts';
import { fieldText } from './opened.ts';
import type { CredentialRow } from './rows.ts';
import type { OpenedFields } from './types.ts';

type Variable = Output<'credentials.environment'>[number];

/** One credential opened for a child process; disposed here. */
export interface OpenedForChild {
  readonly opened: OpenedFields;
  readonly kind: AuthKindDescriptor;
  readonly provider: ProviderDescriptor;
  readonly credential: Pick<CredentialRow, 'origin'>;
}

type Open = (provider: string, label: string, field: string | null, version: number | null) => OpenedForChild;

function isSecretField(kind: AuthKindDescriptor, field: string): boolean {
  return kind.fields.find((each) => each.name === field)?.secret ?? true;
}

/** "openai", "openai/work" and "kh://openai/work" all name a credential; a left-out label means `default`. */
export function providerReferenceText(text: string): string {
  return isReference(text) ? text : `kh://${text}`;
}

function providerReference(text: string) {
  const reference = parseReference(providerReferenceText(text));
  if (reference.field === null) return reference;
  throw new AppError(
    'invalid_input',
    'A whole provider is asked for here, not one of its fields.',
    'Use --env NAME=REF to put one field into one variable.',
  );
}

/** The variable by which the provider's SDK learns of an address that it does not know by itself. */
function baseVariable(
  provider: ProviderDescriptor,
  kind: AuthKindDescriptor,
  origin: string,
  opened: OpenedFields,
): { readonly name: string; readonly value: string; readonly own: boolean } | null {
  const [name] = provider.baseUrl.environment;
  const given = (field: string) => fieldText(opened, field) || undefined;
  if (name === undefined || kind.address.length > 0) return null;
  if (origin === '' && templateFields(catalogueBase({ provider, kind }) ?? '').length === 0) return null;
  const value = baseUrlOf({ provider, kind }, origin, given);
  return value === null ? null : { name, value, own: isOwnBaseUrl({ provider, kind }, origin, given) };
}

function* variablesOf(item: Item, open: Open): Generator<Variable> {
  if ('ref' in item) {
    const { provider, label, field, version } = parseReference(item.ref);
    const { opened, kind } = open(provider, label, field, version);
    try {
      const name = field ?? kind.primary;
      yield { name: item.name, value: fieldText(opened, name) ?? '', secret: isSecretField(kind, name) };
    } finally {
      opened.dispose();
    }
    return;
  }
  const { provider: id, label, version } = providerReference(item.provider);
  const { opened, kind, provider, credential } = open(id, label, null, version);
  try {
    const base = baseVariable(provider, kind, credential.origin, opened);
    for (const { name, field } of opened.environment) {
      if (name === base?.name && base.own) continue;
      yield { name, value: fieldText(opened, field) ?? '', secret: isSecretField(kind, field) };
    }
    const isThere = opened.environment.some(({ name }) => name === base?.name);
    if (base !== null && (base.own || !isThere)) yield { name: base.name, value: base.value, secret: false };
  } finally {
    opened.dispose();
  }
}

type Item = ParsedInput<'credentials.environment'>['items'][number];

/** A failure of one of several, with the variable and the reference (never a value) that it is about. */
function aboutItem(error: unknown, item: Item): unknown {
  if (!(error instanceof AppError)) return error;
  const what = 'ref' in item ? `${item.name} (${item.ref})` : providerReferenceText(item.provider);
  const { code, message, hint, retryAfterMs } = error;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return new AppError(code, `${what}: ${message} Nothing was started.`, hint, { cause: error, ...wait });
}

function allVariablesOf(item: Item, open: Open): readonly Variable[] {
  try {
    return [...variablesOf(item, open)];
  } catch (error) {
    throw aboutItem(error, item);
  }
}

/**
 * The variables for one child process.
 * @throws AppError that names the item that cannot be had, or `conflict` naming the variable that two items would give
 * different values.
 */
export function environmentOf(items: ParsedInput<'credentials.environment'>['items'], open: Open): Variable[] {
  const variables = new Map<string, Variable>();
  for (const item of items) {
    for (const variable of allVariablesOf(item, open)) {
      const before = variables.get(variable.name);
      if (before !== undefined && before.value !== variable.value) {
        throw new AppError(
          'conflict',
          `Two of the asked keys would both be ${variable.name}. Nothing was started.`,
          'Ask for one of them, or name variables yourself with --env NAME=REF.',
        );
      }
      variables.set(variable.name, variable);
    }
  }
  return [...variables.values()];
}

/** One line for a shell or a .env file: quoted only where it has to be. */
export function envLine(
  kind: AuthKindDescriptor,
  field: string,
  value: string,
): { readonly name: string; readonly text: string } {
  const name = kind.environment.find((each) => each.field === field)?.names[0] ?? field.toUpperCase();
  const plain = /^[A-Za-z0-9_./:@%+=,-]+$/.test(value);
  return { name, text: `${name}=${plain ? value : `'${value.replaceAll("'", `'\\''`)}'`}` };
}
