import type { Command } from 'commander';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { homeFolder } from '../home.ts';
import { note, noTerminal, print, printJson } from '../output.ts';
import { askNewPassword, passwordsOnStdin } from '../passwords.ts';
import { handOverCode, makeKitFile, UNCONFIRMED } from '../recovery-kit.ts';
import { ask, canAsk } from '../terminal.ts';
import { requireVault } from '../vault-state.ts';

interface Options {
  readonly passwordStdin?: boolean;
  readonly recoveryFile?: string;
  readonly json?: boolean;
}

async function askCode(): Promise<string> {
  if (!canAsk()) {
    throw noTerminal('The recovery code', 'Add --password-stdin and write two lines: the code, the new password.');
  }
  const code = (await ask('Recovery code: ', true)).trim();
  if (code === '') throw usage('No recovery code was entered. Nothing was changed.');
  return code;
}

const NOTHING_REPLACED =
  'The vault is open. Its keychain cannot be asked here, so nothing was replaced: password and recovery code stay as they are.';

async function recover(options: Options): Promise<void> {
  const given = await passwordsOnStdin(options.passwordStdin, ['the recovery code', 'the new password']);
  const agent = await connectAgent();
  const { protection } = await requireVault(agent);
  const recoveryCode = given[0]?.trim() ?? (await askCode());
  const newPassword = given[1] ?? (await askNewPassword(agent));
  const file = options.recoveryFile === undefined ? null : makeKitFile(options.recoveryFile, homeFolder(process.env));
  let code: string | null;
  try {
    code = (await agent.call('vault.recover', { recoveryCode: recoveryCode.slice(0, 128), newPassword })).recoveryCode;
  } catch (error) {
    file?.discard();
    throw error;
  }
  if (code === null) {
    file?.discard();
    const { state } = await agent.call('vault.status', {});
    agent.close();
    if (options.json === true)
      return printJson({ state, recoveryConfirmed: protection.recoveryConfirmed, recoveryCode: null });
    return print(NOTHING_REPLACED);
  }
  // A vault that its owner kept apart from the keychain stays so.
  const bindDevice = protection.deviceBound;
  const json = options.json === true;
  const kit = await handOverCode(agent, { code, password: newPassword, file, bindDevice, json });
  const { state } = await agent.call('vault.status', {});
  agent.close();
  if (json) return printJson({ state, recoveryConfirmed: kit.confirmed, recoveryCode: kit.codeToPrint });
  const say = kit.codeToPrint === null ? print : note;
  say('The vault is open and has the new password. The old recovery code no longer works.');
  if (!kit.confirmed) note(UNCONFIRMED);
}

export function register(program: Command): void {
  program
    .command('recover')
    .description('open the vault with the recovery code and set a new password')
    .option('--password-stdin', 'read the recovery code and the new password from stdin, a line each')
    .option('--recovery-file <file>', 'write the new recovery code to this new file instead of showing it')
    .option('--json', 'as JSON')
    .action(recover);
}
