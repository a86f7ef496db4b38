/**
 * What the process does for its own safety before it touches a key (SECURITY-DESIGN.md sections 3 and 8). It does not
 * stop a debugger or a memory reader of the same user; it keeps keys out of reports, dumps and open ports made by mistake.
 */
const REFUSED_SWITCHES =
  /^--?(inspect|debug|remote-debugging-|js-flags|no-sandbox|password-store|heapsnapshot-|heap-prof|cpu-prof|report-|abort-on-uncaught-exception|experimental-inspector)/;

/** Built code has no business with a debugger; TypeScript run from a checkout is development. */
export const IS_PRODUCTION = !import.meta.url?.endsWith('.ts');

/** The first switch that would open the process or write its memory down, without its value; else null. */
export function refusedSwitch(args: readonly string[]): string | null {
  const found = args.find((argument) => REFUSED_SWITCHES.test(argument));
  return found === undefined ? null : (found.split('=')[0] ?? null);
}

/** Every switch that this process was started with, also through NODE_OPTIONS. */
export function startSwitches(execArgv: readonly string[], nodeOptions: string | undefined): readonly string[] {
  return [...execArgv, ...(nodeOptions ?? '').split(/\s+/)].filter((argument) => argument !== '');
}

/** Owner-only files, no diagnostic report, no debugger by signal. Once, before anything else. */
export function hardenProcess(): void {
  process.umask(0o077);
  const report = process.report as NodeJS.ProcessReport | undefined; // Electron may leave it out
  if (report !== undefined) {
    report.reportOnFatalError = false;
    report.reportOnSignal = false;
    report.reportOnUncaughtException = false;
    report.excludeEnv = true;
  }
  // Node opens its inspector on SIGUSR1 unless somebody else listens.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);
}
