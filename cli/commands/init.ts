import { type Command, Option } from 'commander';
import { AppError } from '../../shared/errors.ts';
import { connectAgent } from '../connect.ts';
import { homeFolder } from '../home.ts';
import { note, print, printJson } from '../output.ts';
import { askNewPassword, passwordsOnStdin } from '../passwords.ts';
import { handOverCode, makeKitFile, UNCONFIRMED } from '../recovery-kit.ts';

interface Options {
  readonly passwordStdin?: boolean;
  readonly kdf: 'argon2id' | 'pbkdf2';
  readonly keychain: boolean;
  readonly recoveryFile?: string;
  readonly json?: boolean;
}

async function init(options: Options): Promise<void> {
  const [given] = await passwordsOnStdin(options.passwordStdin, ['the password']);
  const agent = await connectAgent();
  const before = await agent.call('vault.status', {});
  if (before.state !== 'no-vault') {
    throw new AppError('conflict', 'There is a vault here already. It was not touched.', 'See "keyharbor status".');
  }
  const password = given ?? (await askNewPassword(agent));
  const file = options.recoveryFile === undefined ? null : makeKitFile(options.recoveryFile, homeFolder(process.env));
  let code: string;
  try {
    code = (await agent.call('vault.create', { password, kdf: options.kdf })).recoveryCode;
  } catch (error) {
    file?.discard();
    throw error;
  }
  const json = options.json === true;
  const kit = await handOverCode(agent, { code, password, file, bindDevice: options.keychain, json });
  const { state, protection } = await agent.call('vault.status', {});
  agent.close();
  if (json) return printJson({ state, recoveryConfirmed: kit.confirmed, recoveryCode: kit.codeToPrint, protection });
  // Where the code went to stdout it stays alone there.
  const say = kit.codeToPrint === null ? print : note;
  say('The vault is made and unlocked.');
  say(protection.note);
  if (!kit.confirmed) note(UNCONFIRMED);
}

export function register(program: Command): void {
  program
    .command('init')
    .description('make the vault: a master password and a recovery code')
    .option('--password-stdin', 'read the password from stdin')
    .addOption(
      new Option('--kdf <name>', 'how the password becomes a key').choices(['argon2id', 'pbkdf2']).default('argon2id'),
    )
    .option('--no-keychain', "do not tie the password to this computer's keychain")
    .option('--recovery-file <file>', 'write the recovery code to this new file instead of showing it')
    .option('--json', 'as JSON')
    .action(init);
}
