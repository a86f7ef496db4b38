import type { Inspection } from '../../../shared/contract/schemas.ts';
import type { ParsedInput } from '../../../shared/contract/methods.ts';
import { MAX_OWN_PATTERN_VALUE } from '../../../shared/own-provider-rules.ts';
import { authKindOf, type Catalogue, type KnownFormat } from './catalogue.ts';
import { checksumMatches } from './checksums.ts';
import { isSendableSecret } from './sendable.ts';

type Warning = Inspection['warnings'][number];

/** What a value looks like. */
export interface Recognition {
  readonly known: KnownFormat;
  /** Whether the whole value has the shape, not its start only. */
  readonly whole: boolean;
  /** null where the format has no checksum or the value is not whole. */
  readonly checksum: 'right' | 'wrong' | null;
}

function withArticle(words: string): string {
  return `${/^([aeiou]|npm\b)/i.test(words) ? 'an' : 'a'} ${words}`;
}

/** "Anthropic API key" */
export function formatName(known: KnownFormat): string {
  return `${known.provider.name} ${known.format.label}`;
}

/** "starts with sk-ant-api03-, an Anthropic API key" */
export function recognitionReason(recognition: Recognition, value: string): string {
  const { known, checksum, whole } = recognition;
  const prefix = known.format.prefix;
  const name = withArticle(formatName(known));
  const start =
    prefix !== undefined && value.startsWith(prefix) ? `starts with ${prefix}, ${name}` : `has the shape of ${name}`;
  if (checksum === 'right') return `${start}; its checksum is right`;
  return whole ? start : `${start}, but is not complete`;
}

/** Their patterns come from files: what is long is not tried on them. */
function canTry(known: KnownFormat, value: string): boolean {
  return known.provider.own !== true || value.length <= MAX_OWN_PATTERN_VALUE;
}

function match(known: KnownFormat, value: string): Recognition | null {
  if (!canTry(known, value)) return null;
  const { format, whole } = known;
  if (whole.test(value)) {
    const right = format.checksum === undefined ? null : checksumMatches(format.checksum, value);
    return { known, whole: true, checksum: right === null ? null : right ? 'right' : 'wrong' };
  }
  if (format.prefix !== undefined && value.startsWith(format.prefix)) return { known, whole: false, checksum: null };
  return null;
}

/** What the program knows beats what a file says, a whole match a start, a longer prefix a shorter one. */
function better(a: Recognition, b: Recognition): Recognition {
  if (a.known.provider.own !== b.known.provider.own) return a.known.provider.own === true ? b : a;
  if (a.whole !== b.whole) return a.whole ? a : b;
  return (b.known.format.prefix?.length ?? 0) > (a.known.format.prefix?.length ?? 0) ? b : a;
}

/**
 * Whose key a value is, by prefix, shape and checksum. Shapes that many vendors share are never proposed.
 * @returns null where nothing specific fits.
 */
export function recognise(catalogue: Catalogue, value: string): Recognition | null {
  const found = catalogue.formats
    .filter((known) => !known.format.generic)
    .map((known) => match(known, value))
    .filter((each) => each !== null);
  return found.length === 0 ? null : found.reduce(better);
}

function checksumWarning(recognition: Recognition): Warning | null {
  if (recognition.checksum !== 'wrong') return null;
  const name = formatName(recognition.known);
  return recognition.known.format.checksumIsHint
    ? { code: 'checksum', message: `The checksum of this ${name} looks unusual. If it is mistyped it will be refused.` }
    : {
        code: 'checksum',
        message: `The checksum of this ${name} is wrong: a character is probably mistyped or missing.`,
      };
}

/** What people copy along with a key. null: nothing of that. */
function copiedAlong(value: string): { readonly inner: string; readonly what: string } | null {
  const [, inMarks] = /^(?:"(.+)"|'(.+)'|`(.+)`)$/.exec(value)?.filter((part) => part !== undefined) ?? [];
  if (inMarks !== undefined) return { inner: inMarks, what: 'stands in quotation marks' };
  const [, name, given] = /^(?:export\s+)?([A-Z][A-Z0-9_]*)=(.+)$/.exec(value) ?? [];
  if (name === undefined || given === undefined) return null;
  return { inner: copiedAlong(given)?.inner ?? given, what: `begins with ${name}=, as in a .env file` };
}

/**
 * What is worth telling about the value of one field. Nothing here refuses anything: formats change faster than
 * catalogues.
 */
export function formatWarnings(
  catalogue: Catalogue,
  where: { readonly provider: string; readonly authKind: string | undefined; readonly field: string | undefined },
  value: string,
): Warning[] {
  const provider = catalogue.get(where.provider);
  const kind = authKindOf(provider, where.authKind);
  const fieldName = where.field ?? kind.primary;
  const field = kind.fields.find((each) => each.name === fieldName);
  if (field === undefined || !field.secret || value === '') return [];
  const warnings: Warning[] = [];
  if (!field.multiline && !isSendableSecret(value)) {
    warnings.push({
      code: 'not_sendable',
      message: `${field.label} holds a space or a character that cannot be sent.`,
    });
  }
  const own = catalogue.formats.filter(
    (each) => each.authKind === kind && each.format.field === fieldName && canTry(each, value),
  );
  const fits = own.map((known) => match(known, value)).find((each) => each?.whole === true);
  if (fits) {
    const checksum = checksumWarning(fits);
    if (checksum) warnings.push(checksum);
    if (fits.known.format.note !== undefined) warnings.push({ code: 'note', message: fits.known.format.note });
    return warnings;
  }
  const along = copiedAlong(value);
  const isKey = (inner: string) =>
    recognise(catalogue, inner)?.whole === true || own.some((known) => match(known, inner)?.whole === true);
  if (along !== null && isKey(along.inner)) {
    const message = `This ${along.what}: that is not part of the key. Take it away.`;
    return [...warnings, { code: 'copied_along', message }];
  }
  const elsewhere = recognise(catalogue, value);
  const itsField = kind.fields.find((each) => each.name === elsewhere?.known.format.field);
  if (elsewhere && elsewhere.known.provider !== provider) {
    // A gateway or a compatible server may well take any key: "http" is for those.
    if (kind.formats.length > 0) {
      const message = `This ${recognitionReason(elsewhere, value)}. It is not ${withArticle(provider.name)} key.`;
      warnings.push({ code: 'other_provider', message });
    }
  } else if (elsewhere && elsewhere.known.authKind !== kind) {
    const message = `This ${recognitionReason(elsewhere, value)}. It belongs under “${elsewhere.known.authKind.label}”.`;
    warnings.push({ code: 'other_auth_kind', message });
  } else if (elsewhere?.whole && itsField !== undefined && itsField !== field) {
    const message = `This ${recognitionReason(elsewhere, value)}. It belongs into the field “${itsField.label}”.`;
    warnings.push({ code: 'other_field', message });
  } else if (own.length > 0) {
    const message = elsewhere
      ? `This starts like ${withArticle(formatName(elsewhere.known))}, but its length or its characters are unusual.`
      : `This does not look like ${withArticle(provider.name)} key. If it works there, all is well.`;
    warnings.push({ code: 'unusual_format', message });
  }
  return warnings;
}

/** Answers `providers.inspect`. The value is looked at and forgotten. */
export function inspect(catalogue: Catalogue, input: ParsedInput<'providers.inspect'>): Inspection {
  const recognised = input.value === '' ? null : recognise(catalogue, input.value);
  return {
    warnings:
      input.provider === undefined
        ? []
        : formatWarnings(
            catalogue,
            { provider: input.provider, authKind: input.authKind, field: input.field },
            input.value,
          ),
    recognised: recognised && {
      provider: recognised.known.provider.id,
      providerName: recognised.known.provider.name,
      authKind: recognised.known.authKind.kind,
      what: formatName(recognised.known),
      reason: recognitionReason(recognised, input.value),
    },
  };
}
