// Writes docs/providers/: a page for each entry of the catalogue, with what docs/providers/notes/ID.md adds, and an index.
// Usage: npm run guides [-- --check] [--catalogue DIR] [--docs DIR]
// With --check nothing is written: exit status 1 and a line for each page that is stale, missing or too many.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { providerDescriptor } from '../shared/provider.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: given } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    catalogue: { type: 'string', default: join(root, 'resources/providers') },
    docs: { type: 'string', default: join(root, 'docs/providers') },
  },
});

/** The sections that a note may have; the catalogue's own part stands between the second and the third. */
const SECTIONS = ['Get a key', 'Permissions', 'What a test tells', 'Good to know'];
const CATEGORIES = {
  llm: 'Language models',
  audio: 'Speech and audio',
  mcp: 'MCP servers',
  captcha: 'Captcha services',
  email: 'Email',
  chat: 'Chat and messages',
  project: 'Projects and notes',
  devops: 'Code and packages',
  cloud: 'Clouds',
  payments: 'Payments',
  other: 'Anything else',
};

/** Text of the catalogue inside Markdown: it holds no markup of its own. */
function plain(text) {
  return text.replace(/[\\|<>*_[\]]/g, (found) => `\\${found}`);
}

function code(text) {
  return `\`${text}\``;
}

/** @returns {Map<string, string>} the sections of a note by heading; none where there is no note. */
function readNote(file) {
  const sections = new Map();
  if (!existsSync(file)) return sections;
  const [before, ...parts] = readFileSync(file, 'utf8').split(/^## /m);
  if (before?.trim() !== '') throw new Error(`${file}: a note begins with one of its headings`);
  for (const part of parts) {
    const heading = part.slice(0, part.indexOf('\n'));
    if (!SECTIONS.includes(heading)) throw new Error(`${file}: “${heading}” is none of ${SECTIONS.join(', ')}`);
    sections.set(heading, part.slice(part.indexOf('\n')).trim());
  }
  return sections;
}

function cost(microUsd) {
  return microUsd === 0 ? 'Free' : `About $${(microUsd / 1_000_000).toFixed(4)}`;
}

/** What a person types on the command line for a kind; its secret comes from stdin. */
function addCommand(provider, kind, index) {
  const stdin = kind.entered ?? kind.primary;
  const secret = kind.fields.find(({ name }) => name === stdin);
  const words = ['keyharbor add', provider.id];
  if (index > 0) words.push('--auth', kind.kind);
  const multiline = secret?.multiline === true;
  if (secret?.secret && !multiline && !kind.secretless) words.push('--stdin');
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

/** The fields that the owner fills in. */
function asked(kind) {
  return kind.fields.filter(({ obtained }) => obtained !== true);
}

function fieldRow(kind, field) {
  const traits = [
    field.name === (kind.entered ?? kind.primary) && field.secret ? 'secret, what `--stdin` reads' : '',
    field.name !== (kind.entered ?? kind.primary) && field.secret ? 'secret' : '',
    field.required || field.default !== undefined ? '' : 'optional',
    field.default === undefined ? '' : `default ${code(field.default.trim())}`,
    field.options === undefined ? '' : `one of ${field.options.map(code).join(', ')}`,
  ];
  const about = traits.filter((trait) => trait !== '').join('; ');
  return `| ${code(field.name)} | ${plain(field.label)} | ${[about, plain(field.hint ?? '')].filter((part) => part !== '').join('. ')} |`;
}

function kindPart(provider, kind, index) {
  const names = kind.environment.map(({ names: [first] }) => code(first)).join(', ');
  const formats = kind.formats.filter(({ prefix }) => prefix !== undefined);
  const known = formats.map(({ label, prefix }) => `${code(prefix)} (${plain(label)})`).join(', ');
  const lines = [
    `### ${plain(kind.label)}`,
    '',
    `Kind ${code(kind.kind)}${index === 0 ? ', taken when `--auth` is left out' : ''}.${kind.note ? ` ${plain(kind.note)}` : ''}`,
    '',
    '```',
    addCommand(provider, kind, index),
    '```',
    '',
    '| field | what | |',
    '| --- | --- | --- |',
    ...asked(kind).map((field) => fieldRow(kind, field)),
    '',
  ];
  if (names !== '') lines.push(`\`keyharbor run\` sets ${names}.`, '');
  if (known !== '') lines.push(`Recognised by its beginning: ${known}.`, '');
  return lines;
}

function testPart(provider, note) {
  const kindsOf = new Map();
  for (const { kind } of provider.auth) {
    const checks = provider.checks.filter((check) => check.for.includes(kind));
    const told = checks.map((check) => `${plain(check.proves)} ${cost(check.costMicroUsd)}.`);
    const words = told.length === 0 ? 'There is no test.' : [...new Set(told)].join(' Or: ');
    kindsOf.set(words, [...(kindsOf.get(words) ?? []), code(kind)]);
  }
  const told = [...kindsOf].map(
    ([words, kinds]) => `- ${provider.auth.length > 1 ? `${kinds.join(', ')}: ` : ''}${words}`,
  );
  const lines = ['## What a test tells', '', ...told];
  return note === undefined ? [...lines, ''] : [...lines, '', note, ''];
}

function addressPart({ baseUrl, auth }) {
  const own = auth.filter(({ baseUrl: other }) => other !== undefined);
  const lines = [];
  if (baseUrl.default !== null) lines.push(`Base URL: ${code(baseUrl.default)}.`);
  for (const { kind, baseUrl: url } of own) lines.push(`For ${code(kind)}: ${code(url)}.`);
  for (const { label, url } of baseUrl.choices) lines.push(`${plain(label)}: ${code(url)}.`);
  if (baseUrl.default === null && baseUrl.changeable) lines.push('You give the base URL.');
  if (baseUrl.changeable && baseUrl.hint !== undefined) lines.push(`${plain(baseUrl.hint)}.`.replace(/\.\.$/, '.'));
  return lines.length === 0 ? [] : ['## Address', '', lines.join('\n'), ''];
}

function page(provider, note) {
  const { id, name, links } = provider;
  const linked = [
    links.keys === undefined ? '' : `[Get a key](${links.keys})`,
    links.docs === undefined ? '' : `[Documentation](${links.docs})`,
    links.status === undefined ? '' : `[Status](${links.status})`,
  ].filter((link) => link !== '');
  const section = (heading) => (note.has(heading) ? [`## ${heading}`, '', note.get(heading), ''] : []);
  const lines = [
    `<!-- Made by "npm run guides" from resources/providers/${id}.json and notes/${id}.md: change those. -->`,
    '',
    `# ${plain(name)}`,
    '',
    [`Provider ${code(id)}`, ...linked].join(' · '),
    '',
    ...section('Get a key'),
    ...section('Permissions'),
    '## Kinds',
    '',
    ...provider.auth.flatMap((kind, index) => kindPart(provider, kind, index)),
    ...testPart(provider, note.get('What a test tells')),
    ...addressPart(provider),
    ...section('Good to know'),
  ];
  return `${lines.join('\n').trim()}\n`;
}

function index(providers) {
  const lines = [
    '<!-- Made by "npm run guides" from resources/providers: change those. -->',
    '',
    '# Providers',
    '',
    'Where to get each key, what it has to be allowed to do, and what a connection test proves.',
    '',
    '`keyharbor providers` lists them too. What is not here fits [Other HTTP API](http.md).',
    '',
  ];
  for (const [category, title] of Object.entries(CATEGORIES)) {
    const found = providers.filter((provider) => provider.category === category);
    if (found.length === 0) continue;
    lines.push(`## ${title}`, '', '| provider | id | kinds |', '| --- | --- | --- |');
    for (const { id, name, auth } of found) {
      lines.push(`| [${plain(name)}](${id}.md) | ${code(id)} | ${auth.map(({ label }) => plain(label)).join(' · ')} |`);
    }
    lines.push('');
  }
  return `${lines.join('\n').trim()}\n`;
}

/** @returns {Map<string, string>} every page by file name, from what lies on the disk now. */
function pages() {
  const providers = readdirSync(given.catalogue)
    .filter((file) => file.endsWith('.json'))
    .map((file) => providerDescriptor.parse(JSON.parse(readFileSync(join(given.catalogue, file), 'utf8'))))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const made = providers.map((provider) => [
    `${provider.id}.md`,
    page(provider, readNote(join(given.docs, 'notes', `${provider.id}.md`))),
  ]);
  return new Map([...made, ['README.md', index(providers)]]);
}

/** The text of a page on the disk, or null where there is none. */
function onDisk(name) {
  const file = join(given.docs, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

const wanted = pages();
const there = existsSync(given.docs) ? readdirSync(given.docs).filter((name) => name.endsWith('.md')) : [];
const surplus = there.filter((name) => !wanted.has(name));
const stale = [...wanted].filter(([name, text]) => onDisk(name) !== text);
if (given.check) {
  for (const [name] of stale) console.error(`${name} is ${there.includes(name) ? 'stale' : 'missing'}`);
  for (const name of surplus) console.error(`${name} has no provider`);
  if (stale.length + surplus.length > 0) console.error('Run "npm run guides".');
  process.exitCode = stale.length + surplus.length === 0 ? 0 : 1;
} else {
  for (const [name, text] of stale) writeFileSync(join(given.docs, name), text);
  for (const name of surplus) rmSync(join(given.docs, name));
  console.log(`${wanted.size} pages, ${stale.length} written, ${surplus.length} removed.`);
}
