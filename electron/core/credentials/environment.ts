import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor, ProviderDescriptor } from '../../../shared/provider.ts';
import { isReference, parseReference } from '../../../shared/reference.ts';
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
function providerReference(text: string) {
  const reference = parseReference(isReference(text) ? text : `kh://${text}`);
  if (reference.field === null) return reference;
  throw new AppError(
    'invalid_input',
    'A whole provider is asked for here, not one of its fields.',
    'Use --env NAME=REF to put one field into one variable.',
  );
}

function* variablesOf(item: ParsedInput<'credentials.environment'>['items'][number], open: Open): Generator<Variable> {
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
    for (const { name, field } of opened.environment) {
      yield { name, value: fieldText(opened, field) ?? '', secret: isSecretField(kind, field) };
    }
    const [baseUrlName] = provider.baseUrl.environment;
    if (credential.origin !== '' && baseUrlName !== undefined) {
      yield { name: baseUrlName, value: credential.origin, secret: false };
    }
  } finally {
    opened.dispose();
  }
}

/**
 * The variables for one child process.
 * @throws AppError `conflict` naming the variable that two items would give different values.
 */
export function environmentOf(items: ParsedInput<'credentials.environment'>['items'], open: Open): Variable[] {
  const variables = new Map<string, Variable>();
  for (const item of items) {
    for (const variable of variablesOf(item, open)) {
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
