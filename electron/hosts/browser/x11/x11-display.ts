import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `:0`, `unix:0.1`; null for none, and for one on another computer. */
export function displayNumber(display: string | undefined): number | null {
  const [, number] = /^(?:unix)?:(\d{1,5})(?:\.\d+)?$/.exec(display ?? '') ?? [];
  return number === undefined ? null : Number(number);
}

/** What lets this user onto the display (.Xauthority, Xau(3)); null where none is needed, or none is there. */
export function magicCookie(env: NodeJS.ProcessEnv, display: number): Buffer | null {
  let file: Buffer;
  try {
    file = readFileSync(env['XAUTHORITY'] || join(env['HOME'] || homedir(), '.Xauthority'));
  } catch {
    return null;
  }
  let at = 0;
  const part = (): Buffer => {
    const length = at + 2 <= file.length ? file.readUInt16BE(at) : 0;
    const bytes = file.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    return bytes;
  };
  while (at + 2 <= file.length) {
    at += 2; // the family of the address; on this computer the number is enough
    part();
    const number = part().toString('latin1');
    const name = part().toString('latin1');
    const data = part();
    if (name === 'MIT-MAGIC-COOKIE-1' && (number === '' || number === String(display))) return data;
  }
  return null;
}
