import { tooOldRuntime } from '../common/node-guard.ts';
import type { HeadlessStreams } from './agent.ts';

/**
 * The headless agent: the core on its socket and endpoint, without a window. Runs until it is stopped.
 * @param argv - only the agent's own flags: --on-demand, --port N, --no-endpoint, --password-stdin
 * @returns the exit status. The rest is loaded here, after the check that this runtime can load it.
 */
export async function runHeadless(argv: readonly string[], streams: HeadlessStreams): Promise<number> {
  const tooOld = tooOldRuntime(process.versions);
  if (tooOld !== null) {
    streams.stderr.write(`${tooOld}\n`);
    return 1;
  }
  const { runAgent } = await import('./agent.ts');
  return runAgent(argv, streams);
}

if (import.meta.main === true) {
  // What a library may have left open must not keep a locked agent alive.
  void runHeadless(process.argv.slice(2), process).then((status) => process.exit(status));
}
