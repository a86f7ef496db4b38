import type { AuthKindDescriptor, FieldDescriptor } from '../provider/auth-kind.ts';
import type { ProviderDescriptor } from '../provider/descriptor.ts';
import { asCode, type GuideBlock, type GuideInline, joined, plainly } from './guide.ts';

/** The fields that the owner fills in. */
function asked(kind: AuthKindDescriptor): FieldDescriptor[] {
  return kind.fields.filter(({ obtained }) => obtained !== true);
}

/** What a person types on the command line for a kind; its secret comes from stdin. */
function addCommand(provider: ProviderDescriptor, kind: AuthKindDescriptor, isFirst: boolean): string {
  const stdin = kind.entered ?? kind.primary;
  const secret = kind.fields.find(({ name }) => name === stdin);
  const words = ['keyharbor add', provider.id];
  if (!isFirst) words.push('--auth', kind.kind);
  const multiline = secret?.multiline === true;
  if (secret?.secret === true && !multiline && !kind.secretless) words.push('--stdin');
  for (const field of asked(kind)) {
    if (field.name === stdin || !field.required || field.default !== undefined) continue;
    words.push(`--field ${field.name}=${field.secret ? '-' : 'VALUE'}`);
  }
  if (multiline) words.push(`--field ${stdin}=@FILE`);
  // A kind without a secret may have a public primary field, which has to be given like any other.
  if (secret?.secret === false && secret.required && secret.default === undefined) words.push(`--field ${stdin}=VALUE`);
  if (provider.baseUrl.default === null && kind.address.length === 0) words.push('--base-url URL');
  return words.join(' ');
}

/** What is to be known of a field, with semicolons between, then its hint. */
function about(kind: AuthKindDescriptor, field: FieldDescriptor): GuideInline[] {
  const entered = field.name === (kind.entered ?? kind.primary);
  const traits: GuideInline[][] = [];
  if (entered && field.secret) traits.push([plainly('secret, what '), asCode('--stdin'), plainly(' reads')]);
  if (!entered && field.secret) traits.push([plainly('secret')]);
  if (!field.required && field.default === undefined) traits.push([plainly('optional')]);
  if (field.default !== undefined) traits.push([plainly('default '), asCode(field.default.trim())]);
  if (field.options !== undefined) traits.push([plainly('one of '), ...joined(field.options.map(asCode), ', ')]);
  const words = traits.flatMap((trait, index) => (index === 0 ? trait : [plainly('; '), ...trait]));
  if (field.hint === undefined) return words;
  return [...words, plainly(words.length === 0 ? field.hint : `. ${field.hint}`)];
}

/** One kind of credential: how it is added, its fields, its variables, by what it is recognised. */
export function kindBlocks(provider: ProviderDescriptor, kind: AuthKindDescriptor, isFirst: boolean): GuideBlock[] {
  const names = kind.environment.flatMap(({ names: [first] }) => (first === undefined ? [] : [asCode(first)]));
  const known = kind.formats.flatMap(({ label, prefix }) => (prefix === undefined ? [] : [{ label, prefix }]));
  const taken = isFirst ? [plainly(', taken when '), asCode('--auth'), plainly(' is left out')] : [];
  const blocks: GuideBlock[] = [
    { kind: 'heading', text: kind.label },
    {
      kind: 'paragraph',
      text: [plainly('Kind '), asCode(kind.kind), ...taken, plainly(kind.note === undefined ? '.' : `. ${kind.note}`)],
    },
    { kind: 'code', text: addCommand(provider, kind, isFirst) },
    {
      kind: 'table',
      head: [[plainly('field')], [plainly('what')], [plainly('about')]],
      rows: asked(kind).map((field) => [[asCode(field.name)], [plainly(field.label)], about(kind, field)]),
    },
  ];
  if (names.length > 0) {
    const text = [asCode('keyharbor run'), plainly(' sets '), ...joined(names, ', '), plainly('.')];
    blocks.push({ kind: 'paragraph', text });
  }
  if (known.length > 0) {
    const shapes = known.flatMap(({ label, prefix }, index) => [
      ...(index === 0 ? [] : [plainly(', ')]),
      asCode(prefix),
      plainly(` (${label})`),
    ]);
    blocks.push({ kind: 'paragraph', text: [plainly('Recognised by its beginning: '), ...shapes, plainly('.')] });
  }
  return blocks;
}
