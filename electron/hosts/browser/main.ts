import { tooOldRuntime } from '../common/node-guard.ts';

const problem = tooOldRuntime(process.versions);
if (problem === null) {
  const { runBrowserHost } = await import('./browser-host.ts');
  process.exitCode = await runBrowserHost(process.env);
} else {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}
