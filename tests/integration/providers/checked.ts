import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { parseProvider } from '../../../electron/core/providers/catalogue.ts';
import { runCheck } from '../../../electron/core/providers/check.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import type { Verdict } from '../../../electron/core/providers/http/interpret.ts';
import { type OwnAddress, ownAddresses } from '../../../electron/core/providers/own-address.ts';
import type { WayOut } from '../../../electron/core/net/way-out.ts';
import type { Clock } from '../../../electron/core/seams.ts';
import { STRAIGHT } from '../../support/connect-proxy.ts';

const FOLDER = join(import.meta.dirname, '../../../resources/providers');

export interface Asked {
  readonly provider: 'email' | 'mcp';
  readonly kind: string;
  readonly check: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Most peers of these tests are on loopback. */
  readonly local?: boolean;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly way?: WayOut;
  /** Instead of what the fields say, past the rules that hold when a credential is stored. */
  readonly addresses?: readonly OwnAddress[];
}

/** Runs one check of the catalogue as the product does, without a vault around it. */
export function check({ provider: id, kind, check: checkId, fields, ...given }: Asked): Promise<Verdict> {
  const provider = parseProvider(readFileSync(join(FOLDER, `${id}.json`), 'utf8'));
  const authKind = provider.auth.find((each) => each.kind === kind);
  const found = provider.checks.find((each) => each.id === checkId);
  if (authKind === undefined || found === undefined) throw new Error('no such kind or check');
  const local = given.local ?? true;
  return runCheck(
    {
      provider,
      authKind,
      check: found,
      baseUrl: '',
      ownBaseUrl: false,
      local,
      fields: new Map(Object.entries(fields)),
      addresses: given.addresses ?? ownAddresses(authKind, (name) => fields[name], local),
    },
    {
      clock: given.clock ?? systemClock,
      signal: given.signal ?? new AbortController().signal,
      userAgent: 'keyharbor/0.0.0-test',
      way: given.way ?? STRAIGHT,
    },
  );
}

/** A port on loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Runs at the end of the test, the last one first. */
export function atEnd(act: () => unknown): void {
  onTestFinished(async () => {
    await act();
  });
}
