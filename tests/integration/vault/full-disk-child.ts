/** `fill HOME PASSWORD`: adds rows until one does not fit. `open HOME PASSWORD`: only unlocks. Prints what was said. */
import { systemClock } from '../../../electron/core/clock.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { resolvePaths } from '../../../electron/core/paths.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';
import { NO_KEYCHAIN } from '../../support/no-keychain.ts';

process.on('SIGXFSZ', () => undefined); // the limit must come as an error of the write, as a full disk does
const [what, home = '', password = ''] = process.argv.slice(2);
const paths = resolvePaths({ KEYHARBOR_HOME: home });
const vault = new Vault({ paths, clock: systemClock, keychain: NO_KEYCHAIN, log: createLog(null) });

let error: { code: string; message: string } | null = null;
const note = (thrown: unknown) => {
  const { code, message } = thrown as { code: string; message: string };
  error = { code, message };
};
const told = { rowsBefore: 0, rowsAfter: 0, worksAfterwards: false };
if (what === 'open') {
  await vault.unlock(password).catch(note);
} else if (what === 'back-up') {
  await vault.create({ password, kdf: 'argon2id' });
  await vault.backups.make('cli');
} else if (what === 'restore') {
  const wanted = { name: null, secret: password, lock: true };
  await vault.backups.restore(wanted, 'cli').catch(note);
} else {
  await vault.create({ password, kdf: 'argon2id' });
  const open = vault.opened();
  const rows = () => Number(open.db.prepare('SELECT count(*) FROM setting').pluck().get());
  const add = (name: string, size: number) =>
    open.write(() => open.db.prepare('INSERT INTO setting VALUES (?, ?)').run(name, 'x'.repeat(size)));
  try {
    for (let row = 0; row < 100; row += 1) {
      told.rowsBefore = rows();
      add(`row ${row}`, 100_000);
    }
  } catch (thrown) {
    note(thrown);
  }
  told.rowsAfter = rows();
  try {
    add('small', 1);
    told.worksAfterwards = true;
  } catch {
    // told by worksAfterwards
  }
}
console.log(JSON.stringify({ error, ...told }));
await vault.close();
