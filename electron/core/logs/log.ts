import pino from 'pino';
import { LogFile } from './log-file.ts';
import { maskSecrets } from './mask.ts';

/**
 * What a log line may say beside its event. No labels, client names, notes, base URLs, bodies, headers, argv, env: add
 * a name here only when none of its values can be one of those.
 */
const ALLOWED_FIELDS = [
  'actor',
  'attempt',
  'bytes',
  'caller',
  'client', // id of a client token, never its name
  'code',
  'count',
  'frames',
  'host',
  'keychain',
  'kind',
  'method',
  'ms',
  'node',
  'pid',
  'platform',
  'port',
  'provider',
  'reason',
  'result',
  'route',
  'state',
  'status',
  'step',
  'version',
] as const;

export type LogField = (typeof ALLOWED_FIELDS)[number];
export type LogFields = Readonly<Partial<Record<LogField, string | number | boolean>>>;

export interface Log {
  /** @param event - a fixed word like "vault.unlocked", never built from data. */
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** Covers this very value wherever it would be written, until the returned function is called. */
  guard(secret: string): () => void;
  close(): void;
}

const MAX_VALUE = 256;
const MIN_GUARDED_BYTES = 6;
// JSON escapes what is below 0x20; these could still steer a terminal or fake a line.
const STEERING = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** @param folder - where the files go; null: nothing is written (tests, and before the home is prepared). */
export function createLog(folder: string | null): Log {
  const guarded = new Set<Buffer>();
  const file = folder === null ? null : new LogFile(folder);
  const destination = {
    write(line: string): void {
      file?.write(coverGuarded(maskSecrets(line).replace(STEERING, escapeCharacter), guarded));
    },
  };
  const logger = pino(
    {
      base: null,
      messageKey: 'event',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    destination,
  );
  const covered = (text: string) => coverGuarded(maskSecrets(text), guarded).toString();
  return {
    info: (event, fields = {}) => logger.info(allowed(fields, covered), event),
    warn: (event, fields = {}) => logger.warn(allowed(fields, covered), event),
    error: (event, fields = {}) => logger.error(allowed(fields, covered), event),
    guard(secret) {
      const forms = [secret, JSON.stringify(secret).slice(1, -1)].map(ownBytes);
      const kept = forms.filter((form) => form.byteLength >= MIN_GUARDED_BYTES);
      for (const form of kept) guarded.add(form);
      return () => {
        for (const form of kept) {
          guarded.delete(form);
          form.fill(0);
        }
      };
    },
    close: () => file?.close(),
  };
}

/**
 * Types allow only known fields; data that came around the types is dropped here.
 * @param covered - run before a long value is cut: half a secret would pass for none.
 */
function allowed(fields: LogFields, covered: (text: string) => string): Record<string, string | number | boolean> {
  const kept: Record<string, string | number | boolean> = {};
  for (const name of ALLOWED_FIELDS) {
    const value: unknown = fields[name];
    if (typeof value === 'string') kept[name] = covered(value).slice(0, MAX_VALUE);
    else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function coverGuarded(line: string, guarded: ReadonlySet<Buffer>): Buffer {
  const bytes = ownBytes(line);
  for (const secret of guarded) {
    for (let at = bytes.indexOf(secret); at !== -1; at = bytes.indexOf(secret, at + 1)) {
      bytes.fill('*', at, at + secret.byteLength);
    }
  }
  return bytes;
}

function ownBytes(text: string): Buffer {
  const bytes = Buffer.alloc(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** The fields a crash may leave in the log: its code and the names of its frames, never its message. */
export function crashFields(error: unknown): LogFields {
  if (!(error instanceof Error)) return { code: 'internal', frames: '' };
  const given = (error as NodeJS.ErrnoException).code;
  const frames = (error.stack ?? '')
    .split('\n')
    .flatMap((line) => /^\s+at (?:async )?([\w$.<>#[\] ]+?) \(/.exec(line)?.[1] ?? []);
  const code = typeof given === 'string' && /^[A-Za-z_]{1,40}$/.test(given) ? given : error.constructor.name;
  return { code, frames: frames.slice(0, 8).join(' < ') };
}
