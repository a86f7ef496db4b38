import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { usage } from './fail.ts';

/**
 * A folder as it is typed, as a whole path: what calls name is one, so anything else would never be the same. A shell
 * leaves the `~` of `--project=~/work` as it stands.
 * @throws AppError `invalid_input` for nothing at all, and for the home of somebody else.
 */
export function folderOf(typed: string, option: string): string {
  if (typed.trim() === '') throw usage(`${option} names no folder.`, 'For example . or ~/work/app.');
  if (typed === '~') return homedir();
  if (/^~[/\\]/.test(typed)) return join(homedir(), typed.slice(2));
  if (typed.startsWith('~')) throw usage(`${option} is no folder that is known here.`, 'Write its whole path.');
  return resolve(typed);
}
