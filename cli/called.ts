import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How the launcher of a checkout was called ("./cli/keyharbor"), or null where the program is installed. */
let called: string | null = null;

/** Takes the launcher's word out of the environment, so that no child of ours inherits it. */
export function takeCalledName(env: NodeJS.ProcessEnv): void {
  called = env.KEYHARBOR_CALLED || null;
  delete env.KEYHARBOR_CALLED;
}

/** Advice with the commands as they can be typed here: in a checkout no `keyharbor` is on the PATH. */
export function asCalled(text: string): string {
  const ours = /(?<![\w./~-])keyharbor(?= (?:[a-z[]|--|COMMAND\b))/g; // not the end of a path
  if (called === null || !ours.test(text) || isOnPath(process.env.PATH ?? '')) return text;
  const name = /^[\w./~-]+$/.test(called) ? called : `'${called.replaceAll("'", "'\\''")}'`;
  return text.replace(ours, () => name);
}

/** Help likewise, but for a long path: its lines would not fit any more, and who typed it knows it. */
export function helpAsCalled(text: string): string {
  return called !== null && called.length > LONGEST_IN_HELP ? text : asCalled(text);
}

/** "./cli/keyharbor", and little more. */
const LONGEST_IN_HELP = 16;

function isOnPath(path: string): boolean {
  return path.split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, 'keyharbor')));
}
