import { GUIDE_SECTIONS, type GuideBlock, type GuideInline, type GuideSectionId, plainly } from './guide.ts';

/** The headings that a note may have. */
const OF_NOTES = ['key', 'permissions', 'test', 'know'] as const satisfies readonly GuideSectionId[];

export type Note = ReadonlyMap<GuideSectionId, readonly GuideBlock[]>;

const MARKUP = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)/g;
/** What the words below do not read must not stand on a page as it is. */
const OTHER_MARKUP = /^(?:#|>|!|\d+\. )|\*\*|\]\(|`|<[a-z/!]/;

function inline(text: string): GuideInline[] {
  const found: GuideInline[] = [];
  const words = (part: string): void => {
    if (OTHER_MARKUP.test(part)) throw new Error(`a note cannot hold this: ${part.slice(0, 60)}`);
    if (part !== '') found.push(plainly(part));
  };
  let at = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [whole, code, strong, link, url] = match;
    words(text.slice(at, match.index));
    if (code !== undefined) found.push({ kind: 'code', text: code });
    else if (strong !== undefined) found.push({ kind: 'strong', text: strong });
    else if (link !== undefined && url !== undefined) found.push({ kind: 'link', text: link, url });
    at = match.index + whole.length;
  }
  words(text.slice(at));
  return found;
}

const cells = (row: string): GuideInline[][] =>
  row
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => inline(cell.trim()));

function block(lines: readonly string[]): GuideBlock {
  const [first = '', , ...rows] = lines;
  if (first.startsWith('|')) return { kind: 'table', head: cells(first), rows: rows.map(cells) };
  if (!first.startsWith('- ')) return { kind: 'paragraph', text: inline(lines.join(' ')) };
  const items: string[] = [];
  for (const line of lines) {
    if (line.startsWith('- ')) items.push(line.slice(2));
    else items.push(`${items.pop() ?? ''} ${line.trim()}`);
  }
  return { kind: 'list', items: items.map(inline) };
}

function blocks(text: string): GuideBlock[] {
  // Every other part stands between fences.
  return text.split(/^```$/m).flatMap((part, index): GuideBlock[] => {
    if (index % 2 === 1) return [{ kind: 'code', text: part.trim() }];
    const paragraphs = part.split(/\n\s*\n/).map((lines) => lines.split('\n').filter((line) => line.trim() !== ''));
    return paragraphs.filter((lines) => lines.length > 0).map(block);
  });
}

/**
 * Reads resources/guides/ID.md: the part of Markdown that guides need, which is headings, paragraphs, lists, tables,
 * fences, code, strong words and https links.
 * @throws Error that says what it cannot read: notes are part of the program, so this is a build fault.
 */
export function parseNote(text: string): Note {
  const [before, ...parts] = text.split(/^## /m);
  if (before?.trim() !== '') throw new Error('a note begins with one of its headings');
  return new Map(
    parts.map((part) => {
      const heading = part.slice(0, part.indexOf('\n'));
      const id = OF_NOTES.find((each) => GUIDE_SECTIONS[each] === heading);
      if (id === undefined) {
        throw new Error(`“${heading}” is none of ${OF_NOTES.map((each) => GUIDE_SECTIONS[each]).join(', ')}`);
      }
      return [id, blocks(part.slice(part.indexOf('\n')))];
    }),
  );
}
