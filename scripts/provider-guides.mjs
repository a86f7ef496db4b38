// Writes docs/providers/: a page for each entry of the catalogue, with what resources/guides/ID.md adds, and an index.
// Usage: npm run guides [-- --check] [--catalogue DIR] [--notes DIR] [--docs DIR]
// With --check nothing is written: exit status 1 and a line for each page that is stale, missing or too many.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parseNote } from '../shared/guide/note.ts';
import { guideOf } from '../shared/guide/of-provider.ts';
import { providerDescriptor } from '../shared/provider/descriptor.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: given } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    catalogue: { type: 'string', default: join(root, 'resources/providers') },
    notes: { type: 'string', default: join(root, 'resources/guides') },
    docs: { type: 'string', default: join(root, 'docs/providers') },
  },
});

const WIDTH = 132;
const LINK_NAMES = { keys: 'Get a key', docs: 'Documentation', status: 'Status' };
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

/** Text inside Markdown: it holds no markup of its own. */
function plain(text) {
  return text.replace(/[\\|<>*_[\]]/g, (found) => `\\${found}`);
}

function code(text) {
  return `\`${text}\``;
}

function inline(part) {
  if (part.kind === 'code') return code(part.text);
  if (part.kind === 'strong') return `**${plain(part.text)}**`;
  return part.kind === 'link' ? `[${plain(part.text)}](${part.url})` : plain(part.text);
}

const line = (parts) => parts.map(inline).join('');

/** Breaks a paragraph between words; never before one that would begin a list, a heading or a quotation. */
function wrapped(text, indent = '') {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    const fits = `${last} ${word}`.length <= WIDTH || /^(?:[-+*#>]+|\d+[.)])$/.test(word);
    if (last === '') lines[lines.length - 1] = word;
    else if (fits) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(indent + word);
  }
  return lines;
}

const row = (cells) => `| ${cells.map(line).join(' | ')} |`;

function block(given) {
  switch (given.kind) {
    case 'paragraph':
      return wrapped(line(given.text));
    case 'list':
      return given.items.flatMap((item) => wrapped(`- ${line(item)}`, '  '));
    case 'table':
      return [row(given.head), `|${' --- |'.repeat(given.head.length)}`, ...given.rows.map(row)];
    case 'code':
      return ['```', given.text, '```'];
    case 'heading':
      return [`### ${plain(given.text)}`];
  }
}

function page({ id, name, links, sections }) {
  const linked = links.map(({ what, url }) => `[${LINK_NAMES[what]}](${url})`);
  const lines = [
    `<!-- Made by "npm run guides" from resources/providers/${id}.json and resources/guides/${id}.md: change those. -->`,
    '',
    `# ${plain(name)}`,
    '',
    [`Provider ${code(id)}`, ...linked].join(' · '),
    '',
    ...sections.flatMap(({ title, blocks }) => [`## ${title}`, '', ...blocks.flatMap((each) => [...block(each), ''])]),
  ];
  return `${lines.join('\n').trim()}\n`;
}

/** The note of a provider, or null where there is none. */
function noteOf(id) {
  const file = join(given.notes, `${id}.md`);
  if (!existsSync(file)) return null;
  try {
    return parseNote(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error.message}`, { cause: error });
  }
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
  const made = providers.map((provider) => [`${provider.id}.md`, page(guideOf(provider, noteOf(provider.id)))]);
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
