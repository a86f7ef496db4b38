/** No program takes a NUL in an argument or its environment; JSON can hold one. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');

function jsonWords(text: string): string[] | null {
  try {
    const words: unknown = JSON.parse(text);
    return Array.isArray(words) && words.every(isText) ? words : null;
  } catch {
    return null;
  }
}

/**
 * Arguments as people write them: words, with quotation marks around what holds spaces (a backslash stands for itself
 * but before a mark or another backslash), or a JSON array as in the settings of MCP clients. Nothing is expanded: no
 * shell is involved. null: a mark is not closed, or the array holds something else than texts.
 */
export function splitWords(text: string): string[] | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('[')) return jsonWords(trimmed);
  const words: string[] = [];
  let word: string | null = null;
  let mark: string | null = null;
  for (let at = 0; at < trimmed.length; at += 1) {
    const character = trimmed[at] as string;
    const next = trimmed[at + 1];
    if (character === '\\' && mark !== "'" && (next === '"' || next === "'" || next === '\\')) {
      word = (word ?? '') + next;
      at += 1;
    } else if (mark !== null) {
      if (character === mark) mark = null;
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      mark = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (mark !== null) return null;
  return word === null ? words : [...words, word];
}

/**
 * An environment as lines of NAME=VALUE (as in a .env file: empty lines and # are passed over, marks around a value are
 * taken off) or as a JSON object of texts. null where it is neither.
 */
export function parseEnvironment(text: string): Map<string, string> | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return jsonEnvironment(trimmed);
  const variables = new Map<string, string>();
  for (const line of trimmed.split(/\r?\n/)) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const [, inMarks] = /^(?:"(.*)"|'(.*)')$/.exec(value)?.filter((part) => part !== undefined) ?? [];
    variables.set(name, inMarks ?? value);
  }
  return variables;
}

function jsonEnvironment(text: string): Map<string, string> | null {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    const good = entries.every(([name, value]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && isText(value));
    return good ? new Map(entries as [string, string][]) : null;
  } catch {
    return null;
  }
}
