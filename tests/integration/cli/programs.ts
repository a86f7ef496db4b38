import { execFile } from 'node:child_process';
import type { Outcome } from './command.ts';

/** Runs another program to its end, without a terminal. It ends with 127 where it is not installed. */
export async function program(
  name: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  stdin = '',
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(name, [...args], { env, encoding: 'utf8', timeout: 50_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, signal: null, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}
