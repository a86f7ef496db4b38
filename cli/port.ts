import { usage } from './fail.ts';

/** @throws AppError `invalid_input` for anything but 0 to 65535. */
export function parsePort(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw usage('A port is a number from 0 to 65535.', '0 takes any free port.');
}
