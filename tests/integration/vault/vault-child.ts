/** Uses a vault in a process of its own: `add HOME PASSWORD` or `change HOME PASSWORD OTHER`; prints what is done. */
import { existsSync } from 'node:fs';
import { appendAudit } from '../../../electron/core/audit/audit-log.ts';
import { systemClock } from '../../../electron/core/clock.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { resolvePaths } from '../../../electron/core/paths.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';
import { NO_KEYCHAIN } from '../../support/no-keychain.ts';

const [what, home = '', password = '', other = ''] = process.argv.slice(2);
const paths = resolvePaths({ KEYHARBOR_HOME: home });
const vault = new Vault({ paths, clock: systemClock, keychain: NO_KEYCHAIN, log: createLog(paths.logs) });
if (existsSync(paths.header)) await vault.unlock(password);
else await vault.create({ password, kdf: 'argon2id' });

if (what === 'add') {
  for (let row = 0; ; row += 1) {
    const open = vault.opened();
    const name = `row ${row}`;
    open.write(() => {
      open.db.prepare('INSERT INTO setting VALUES (?, ?)').run(name, 'x'.repeat(200));
      appendAudit(open, systemClock, { actor: 'system', action: 'test.add', target: name, result: 'ok' });
    });
    process.stdout.write(`${name}\n`);
  }
} else {
  let [from, to] = [password, other];
  for (;;) {
    process.stdout.write('changing\n');
    await vault.changePassword(from, to);
    [from, to] = [to, from];
  }
}
