import type { Guide, GuideBlock, GuideLine } from '../shared/guide/guide.ts';
import { pairs, plain, table } from './table.ts';

/** Where the terminal does not say how wide it is. */
const WIDTH = 100;

function text(line: GuideLine): string {
  return line
    .map((part) => {
      if (part.kind !== 'link') return plain(part.text);
      const url = plain(part.url);
      return url === `https://${part.text}` ? url : `${plain(part.text)} (${url})`;
    })
    .join('');
}

/** Words in lines of at most `width`, all but the first indented. A longer word has a line of its own. */
function wrap(words: string, width: number, indent: string): string {
  const lines: string[] = [];
  for (const word of words.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(last === undefined ? word : indent + word);
  }
  return lines.join('\n');
}

function block(given: GuideBlock, width: number): string {
  switch (given.kind) {
    case 'paragraph':
      return `${wrap(text(given.text), width, '')}\n`;
    case 'list':
      return given.items.map((item) => `${wrap(`- ${text(item)}`, width, '  ')}\n`).join('');
    case 'table':
      return table(
        given.head.map(text),
        given.rows.map((row) => row.map(text)),
        null,
      );
    case 'code':
      return given.text
        .split('\n')
        .map((line) => `    ${plain(line)}\n`)
        .join('');
    case 'heading':
      return `--- ${plain(given.text)}\n`;
  }
}

/** The guide to a provider, to read on a terminal. @param columns - of the terminal, or null. */
export function guideText({ id, name, own, links, sections }: Guide, columns: number | null): string {
  const width = columns ?? WIDTH;
  const link = (what: string) => links.find((each) => each.what === what)?.url ?? null;
  const head = pairs([
    ['Provider', `${name} (${id})`],
    ['Get a key', link('keys')],
    ['Docs', link('docs')],
    ['Status', link('status')],
  ]);
  const mine = own ? `\n${wrap('It is your own: this is what its descriptor says.', width, '')}\n` : '';
  const parts = sections.map(
    ({ title, blocks }) =>
      `\n${title}\n${'='.repeat(title.length)}\n${blocks.map((each) => block(each, width)).join('\n')}`,
  );
  return head + mine + parts.join('');
}
