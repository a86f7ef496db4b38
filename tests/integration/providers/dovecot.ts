import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { closedPort } from './checked.ts';

/** Debian's dovecot-imapd as a child on loopback, with a configuration and a home of its own. */
export interface Dovecot {
  readonly imapPort: number;
  readonly imapsPort: number;
  /** What it has logged so far. */
  readonly log: string[];
  stop(): Promise<void>;
}

interface Options {
  readonly user: string;
  readonly password: string;
  readonly cert: string;
  readonly key: string;
  /** Answers an access token with JSON {active, email}. */
  readonly introspectionUrl: string;
}

function idOf(name: string, flag: '-u' | '-g' | '-gn'): string {
  return spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout.trim();
}

export async function startDovecot({ user, password, cert, key, introspectionUrl }: Options): Promise<Dovecot> {
  const isRoot = userInfo().uid === 0;
  // Dovecot keeps no mail as root.
  const mailUser = isRoot ? 'nobody' : userInfo().username;
  const internalUser = isRoot ? 'dovecot' : mailUser;
  const loginUser = isRoot ? 'dovenull' : mailUser;
  const folder = mkdtempSync(join(tmpdir(), 'kh-dovecot-'));
  const home = join(folder, 'home');
  mkdirSync(home);
  if (isRoot) {
    chmodSync(folder, 0o755);
    chownSync(home, Number(idOf(mailUser, '-u')), Number(idOf(mailUser, '-g')));
  }
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o644 });
    return join(folder, name);
  };
  const [imapPort, imapsPort] = [await closedPort(), await closedPort()];
  const users = file('users', `${user}:{PLAIN}${password}::::::\n`);
  const oauth2 = file(
    'oauth2.conf',
    `tokeninfo_url = ${introspectionUrl}\nintrospection_mode = get\nusername_attribute = email\nactive_attribute = active\nactive_value = true\n`,
  );
  const config = file(
    'dovecot.conf',
    `
base_dir = ${folder}/run
state_dir = ${folder}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${file('cert.pem', cert)}
ssl_key = <${file('key.pem', key)}
disable_plaintext_auth = yes
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_chars =
default_internal_user = ${internalUser}
default_internal_group = ${idOf(internalUser, '-gn')}
default_login_user = ${loginUser}
mail_location = maildir:~/mail
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = ${oauth2}
}
passdb {
  driver = passwd-file
  mechanisms = plain login
  args = ${users}
}
userdb {
  driver = static
  args = uid=${idOf(mailUser, '-u')} gid=${idOf(mailUser, '-g')} home=${home}
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imapPort}
  }
  inet_listener imaps {
    port = ${imapsPort}
    ssl = yes
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`,
  );
  const log: string[] = [];
  const child = spawn('/usr/sbin/dovecot', ['-F', '-c', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (line.includes('starting up')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`dovecot ended: ${log.join(' | ')}`)));
  });
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { imapPort, imapsPort, log, stop };
}
