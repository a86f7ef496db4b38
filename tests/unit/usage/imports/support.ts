import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { importInput, importReport, type ImportSource } from '../../../../shared/contract/usage-imports.ts';
import { UsageImports } from '../../../../electron/core/usage/imports/usage-imports.ts';
import { pricing } from '../prices/support.ts';

/** Imports over a home of their own, beside a recorder that counts proxied calls. */
export function importing(zone = 'UTC') {
  const home = mkdtempSync(join(tmpdir(), 'kh-import-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const all = pricing([], undefined, zone);
  const { vault, clock, usage, prices } = all;
  const told: unknown[] = [];
  const imports = new UsageImports({
    ...{ vault, clock, usage, prices, home, zone: () => zone },
    emit: (event) => told.push(event),
  });
  const run = async (source: ImportSource, more: object = {}) =>
    importReport.parse(await imports.run(importInput.parse({ source, ...more }), 'cli'));
  return { ...all, imports, home, told, run };
}

export function put(home: string, path: string, lines: readonly (object | string)[]): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
  return file;
}
