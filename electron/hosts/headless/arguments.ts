import { parseArgs } from 'node:util';
import { AppError } from '../../../shared/errors.ts';

export interface HeadlessArguments {
  /** Started by the command line for itself: shorter idle time, leaves when a window or `serve` starts. */
  readonly onDemand: boolean;
  readonly endpoint: boolean;
  /** null: the port in the settings. */
  readonly port: number | null;
  readonly passwordStdin: boolean;
}

const USAGE = 'Usage: keyharbor serve [--port N] [--no-endpoint] [--password-stdin]';
const MAX_PORT = 65_535;

/** @throws AppError `invalid_input`; what was given is not repeated. */
export function parseHeadlessArguments(argv: readonly string[]): HeadlessArguments {
  const given = parse(argv);
  const endpoint = given['no-endpoint'] !== true;
  if (given.port !== undefined && !endpoint) throw usage('--port and --no-endpoint do not go together');
  if (given['on-demand'] === true && given.port !== undefined) throw usage('--on-demand takes no --port');
  return {
    onDemand: given['on-demand'] === true,
    endpoint,
    port: given.port === undefined ? null : portOf(given.port),
    passwordStdin: given['password-stdin'] === true,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        'on-demand': { type: 'boolean' },
        'no-endpoint': { type: 'boolean' },
        'password-stdin': { type: 'boolean' },
        port: { type: 'string' },
      },
    }).values;
  } catch {
    throw usage('an argument is not known'); // the parser's own message repeats the input
  }
}

function portOf(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MAX_PORT)) throw usage('--port takes a number from 0 to 65535; 0 picks a free one');
  return port;
}

function usage(what: string): AppError {
  return new AppError('invalid_input', `Not started: ${what}.`, USAGE);
}
