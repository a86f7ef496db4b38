import { spawn } from 'node:child_process';

/** Starts a program of the desktop and lets it be: no shell, nothing of ours as its input or output. */
export function runQuietly(program: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  spawn(program, args, { stdio: 'ignore', detached: true, env })
    .once('error', () => undefined)
    .unref();
}
