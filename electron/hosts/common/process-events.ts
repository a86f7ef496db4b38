import { crashFields, type Log } from '../../core/logs/log.ts';

const END_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Calls `end` when the system or the user ends the process. Returns how to stop listening. */
export function onEndSignal(end: () => void): () => void {
  for (const signal of END_SIGNALS) process.on(signal, end);
  return () => {
    for (const signal of END_SIGNALS) process.removeListener(signal, end);
  };
}

/**
 * Failures that nobody caught: code and frame names go to the log, never the message. A rejected promise leaves the
 * process running; after an uncaught exception its state is unknown, so `fatal` locks and ends it.
 */
export function logUncaught(log: Pick<Log, 'error'>, fatal: () => void): () => void {
  const rejected = (reason: unknown): void => log.error('process.unhandled-rejection', crashFields(reason));
  const thrown = (error: unknown): void => {
    log.error('process.uncaught-exception', crashFields(error));
    fatal();
  };
  process.on('unhandledRejection', rejected);
  process.on('uncaughtException', thrown);
  return () => {
    process.removeListener('unhandledRejection', rejected);
    process.removeListener('uncaughtException', thrown);
  };
}
