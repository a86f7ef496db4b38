import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { VaultStatus } from '../../shared/contract/schemas.ts';
import { attach } from '../connect.ts';
import { assertPossibleHome, homeFolder } from '../home.ts';
import { note, printJson, write } from '../output.ts';
import { pairs } from '../table.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

/**
 * What can be said without an agent: whether there is a vault. It is locked then, whatever it was before.
 * @throws AppError where there is none and none could be made.
 */
function withoutAgent(): { readonly running: false; readonly state: 'no-vault' | 'locked'; readonly home: string } {
  const home = homeFolder(process.env);
  if (existsSync(join(home, 'vault.json'))) return { running: false, state: 'locked', home };
  assertPossibleHome(home);
  return { running: false, state: 'no-vault', home };
}

function recoveryKit({ state, protection }: VaultStatus): string | null {
  if (state === 'no-vault') return null;
  if (protection.kdf === null) return 'not known'; // the header cannot be read
  return protection.recoveryConfirmed ? 'confirmed' : 'not confirmed';
}

export function describeStatus(status: VaultStatus, home: string, pid: number | null, zone: string): string {
  const { protection, endpoint } = status;
  return pairs([
    ['Vault', status.state],
    ['Home', home],
    ['Credentials', status.credentials === null ? null : String(status.credentials)],
    ['Locks at', status.autoLockAt === null ? null : momentIn(zone, status.autoLockAt)],
    ['Opens with', protection.note],
    ['Recovery kit', recoveryKit(status)],
    ['Endpoint', endpoint.on ? `on, port ${endpoint.port ?? '?'}` : 'off'],
    ['Running', `${status.host} ${status.version}${pid === null ? '' : `, process ${pid}`}`],
    ['Next try in', status.retryAfterMs > 0 ? `${Math.ceil(status.retryAfterMs / 1000)} s` : null],
  ]);
}

async function status(options: { readonly json?: boolean }): Promise<void> {
  const agent = await attach();
  if (agent === null) {
    const known = withoutAgent();
    if (options.json) return printJson(known);
    write(
      pairs([
        ['Vault', known.state],
        ['Home', known.home],
        ['Running', 'no'],
      ]),
    );
    if (known.state === 'no-vault') note('Make one with "keyharbor init".');
    return;
  }
  const now = await agent.call('vault.status', {});
  const zone = await zoneOf(agent);
  const { pid } = agent;
  agent.close();
  if (options.json) return printJson({ running: true, ...now, home: homeFolder(process.env), pid });
  write(describeStatus(now, homeFolder(process.env), pid, zone));
  if (now.autoLockAt !== null) remarkOfZone(zone);
  for (const line of now.notices) note(`keyharbor: ${line}`);
}

export function register(program: Command): void {
  program
    .command('status')
    .description('say whether the vault is locked, and what runs (starts nothing)')
    .option('--json', 'as JSON')
    .action(status);
}
