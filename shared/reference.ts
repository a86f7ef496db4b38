import { AppError } from './errors.ts';

/**
 * `kh://PROVIDER/LABEL[/FIELD][?version=N]`: what stands where a program would otherwise hold a secret.
 * A left-out label means `default`, never "the only one".
 */
export interface Reference {
  readonly provider: string;
  readonly label: string;
  readonly field: string | null;
  readonly version: number | null;
}

export const PROVIDER_ID_PATTERN = /^[a-z][a-z0-9_-]{0,31}$/;
export const LABEL_PATTERN = /^[a-z0-9][a-z0-9._-]{0,63}$/;
export const FIELD_NAME_PATTERN = /^[a-z][a-z0-9_]{0,31}$/;
export const DEFAULT_LABEL = 'default';
const SCHEME = 'kh://';
const VERSION_PATTERN = /^version=([1-9][0-9]{0,8})$/;

const GRAMMAR =
  'A reference looks like kh://openai/work, kh://aws/main/secret_access_key or kh://openai/work?version=2.';

const PUT_BEFORE = 'Write kh:// before it, as in kh://openai/work.';

function malformed(what: string, hint = GRAMMAR): AppError {
  return new AppError('invalid_input', `This is not a valid reference: ${what}.`, hint);
}

export function isReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** @throws AppError `invalid_input` that says which part is wrong; the text itself is never repeated. */
export function parseReference(text: string): Reference {
  if (!isReference(text)) throw malformed('it does not start with kh://', isBareReference(text) ? PUT_BEFORE : GRAMMAR);
  const [path = '', query, ...more] = text.slice(SCHEME.length).split('?');
  const [provider = '', label = DEFAULT_LABEL, field = null, ...rest] = path.split('/');
  if (more.length > 0 || rest.length > 0) throw malformed('it has too many parts');
  if (!PROVIDER_ID_PATTERN.test(provider)) throw malformed('the provider is missing or misspelt');
  if (!LABEL_PATTERN.test(label)) {
    throw malformed('a label has 1 to 64 of a-z 0-9 . _ - and starts with a letter or digit');
  }
  if (field !== null && !FIELD_NAME_PATTERN.test(field)) throw malformed('the field name is misspelt');
  if (query === undefined) return { provider, label, field, version: null };
  const version = VERSION_PATTERN.exec(query)?.[1];
  if (version === undefined) throw malformed('after "?" only version=N is known');
  return { provider, label, field, version: Number(version) };
}

/** Whether only the scheme is missing, as in `openai/work`; a single word may be anything. */
export function isBareReference(text: string): boolean {
  if (isReference(text) || !text.includes('/')) return false;
  try {
    return parseReference(SCHEME + text).provider !== '';
  } catch {
    return false;
  }
}

export function formatReference(reference: Pick<Reference, 'provider' | 'label'> & Partial<Reference>): string {
  const field = reference.field ? `/${reference.field}` : '';
  const version = reference.version ? `?version=${reference.version}` : '';
  return `${SCHEME}${reference.provider}/${reference.label}${field}${version}`;
}
