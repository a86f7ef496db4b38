import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { writeLocalEntries } from './local-entries.ts';

/** @returns what `AppOptions.resourcesDir` takes, with these entries on `url`; removed when the test is finished. */
export function localCatalogue(ids: readonly string[], url: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kh-catalogue-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeLocalEntries(folder, ids, url);
  copyFileSync(join(import.meta.dirname, '../../resources/prices.json'), join(folder, 'prices.json'));
  return folder;
}
