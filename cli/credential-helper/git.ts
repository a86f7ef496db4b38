import { note, write } from '../output.ts';
import { readTextInput } from '../stdin.ts';
import { lookUp } from './lookup.ts';
import { originOf } from './match.ts';

/** `key=value` lines up to an empty one (gitcredentials, git-credential: "INPUT/OUTPUT FORMAT"). */
export function parseAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') break;
    const at = line.indexOf('=');
    if (at > 0) attributes.set(line.slice(0, at), line.slice(at + 1));
  }
  return attributes;
}

/**
 * git's side: `get` with a description of the place on stdin. What it answers nothing to, git asks another helper or
 * the person about. `store` and `erase` change nothing: what is in the vault is the owner's to change.
 */
export async function gitHelper(operation: string, named: string | null): Promise<void> {
  const attributes = parseAttributes(await readTextInput('The input'));
  if (operation !== 'get') return;
  const origin = originOf(attributes.get('protocol') ?? '', attributes.get('host') ?? '');
  if (origin === null) return;
  const login = await lookUp({ origin, user: attributes.get('username') || null }, named);
  if (login === null) return;
  const lines = [`username=${login.user}`, `password=${login.password}`];
  if (login.expiresAt !== null) lines.push(`password_expiry_utc=${Math.floor(Date.parse(login.expiresAt) / 1000)}`);
  // A line break would begin an attribute of its own.
  if (lines.some((line) => /[\n\r\0]/.test(line)))
    return note('keyharbor: This key has several lines; git cannot use it.');
  write(`${lines.join('\n')}\n\n`);
}
