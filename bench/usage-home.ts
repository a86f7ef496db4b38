import { constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type Database from 'better-sqlite3';
import { systemClock } from '../electron/core/clock.ts';
import { createLog } from '../electron/core/logs/log.ts';
import { resolvePaths } from '../electron/core/paths.ts';
import type { Keychain } from '../electron/core/seams.ts';
import { openDatabase } from '../electron/core/store/database.ts';
import { Vault } from '../electron/core/vault/vault.ts';
import { withHost } from './host-page.ts';
import { DATASET_KEY, DATASET_RECORDS, DATASET_ZONE, usageDataset } from './usage-dataset.ts';

/**
 * A home with the data set of usage-dataset.ts as the usage.db of a vault that the program itself made. Kept beside the
 * data set for the next run (another 1.4 GB); made anew in half a minute.
 */
export const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

interface Rekeyed extends Database.Database {
  rekey(key: Buffer): number;
}

const none = (): Promise<never> => Promise.reject(new Error('this vault is tied to no computer'));
const NO_KEYCHAIN: Keychain = {
  probe: () => Promise.resolve({ name: null, reason: 'none' }),
  read: none,
  write: none,
  remove: none,
};

export async function usageHome(say: (line: string) => void = () => undefined): Promise<string> {
  const records = Number(process.env['KEYHARBOR_BENCH_RECORDS'] ?? DATASET_RECORDS);
  const dataset = usageDataset(records, say);
  const home = dataset.replace(/\.db$/, '-home');
  if (existsSync(home)) return home;
  say('making a vault around it');
  const unfinished = `${home}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  await withHost(unfinished, async (page) => {
    await page(`keyharbor['vault.create']({ password: ${JSON.stringify(PASSWORD)} }).then(() => true)`);
    // Nothing is to be pruned, and the days are those that the data set is summed by.
    const settings = { vault: { usageRecordDays: 0, reportingZone: DATASET_ZONE } };
    const set = `keyharbor['settings.set'](${JSON.stringify(settings)}).then(({ ok }) => ok)`;
    if ((await page(set)) !== true) throw new Error('the settings were not taken');
  });
  const { usageDb } = resolvePaths({ KEYHARBOR_HOME: unfinished });
  const key = await usageKeyOf(unfinished);
  for (const part of ['', '-wal', '-shm', '-spill']) rmSync(usageDb + part, { force: true });
  copyWithLog(dataset, usageDb);
  rekey(usageDb, key);
  renameSync(unfinished, home);
  return home;
}

async function usageKeyOf(home: string): Promise<Buffer> {
  const log = createLog(join(home, 'logs'));
  const paths = resolvePaths({ KEYHARBOR_HOME: home });
  const vault = new Vault({ paths, clock: systemClock, keychain: NO_KEYCHAIN, log });
  try {
    await vault.unlock(PASSWORD);
    return vault.opened().keys.usageDatabase.export();
  } finally {
    await vault.close();
    log.close();
  }
}

function copyWithLog(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}

function rekey(file: string, key: Buffer): void {
  const db = openDatabase(file, 'usage', DATASET_KEY, 'open') as Rekeyed;
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('synchronous = OFF'); // a crash only costs this copy
    db.rekey(Buffer.from(`raw:${key.toString('hex')}`));
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}
