import { Argument, type Command } from 'commander';
import { awsHelper } from '../credential-helper/aws.ts';
import { claudeHelper } from '../credential-helper/claude.ts';
import { dockerHelper } from '../credential-helper/docker.ts';
import { gitHelper } from '../credential-helper/git.ts';

interface Options {
  readonly ref?: string;
}

const REF = '--ref <ref>';

export function register(program: Command): void {
  const helper = program
    .command('credential-helper')
    .description('answer git, Docker, AWS tools and Claude Code in the way that each of them asks');
  helper
    .command('git')
    .description("git's credential helper: passwords for https hosts that a key of yours goes to")
    .addArgument(new Argument('<operation>', 'what git adds').choices(['get', 'store', 'erase']))
    .option(REF, 'this key and no other; else the one labelled "default", or the only one')
    .addHelpText('after', "\ngit config --global credential.helper '!keyharbor credential-helper git'")
    .action((operation: string, { ref }: Options) => gitHelper(operation, ref ?? null));
  helper
    .command('docker')
    .description("Docker's credential helper; for Docker itself it is the program docker-credential-keyharbor")
    .addArgument(new Argument('<operation>', 'what Docker adds').choices(['get', 'list', 'store', 'erase']))
    .option(REF, 'this key and no other')
    .addHelpText('after', '\nIn ~/.docker/config.json: "credHelpers": { "ghcr.io": "keyharbor" }')
    .action((operation: string, { ref }: Options) => dockerHelper(operation, ref ?? null));
  helper
    .command('aws')
    .description("AWS's credential_process: an access key as JSON")
    .option(REF, 'which key', 'kh://aws')
    .addHelpText(
      'after',
      '\nIn ~/.aws/config: credential_process = keyharbor credential-helper aws --ref kh://aws/work',
    )
    .action(({ ref = 'kh://aws' }: Options) => awsHelper(ref));
  helper
    .command('claude')
    .description("Claude Code's apiKeyHelper: a key of Anthropic, or the token that run --proxy lent")
    .option(REF, 'which key', 'kh://anthropic')
    .addHelpText('after', '\nIn ~/.claude/settings.json: "apiKeyHelper": "keyharbor credential-helper claude"')
    .action(({ ref = 'kh://anthropic' }: Options) => claudeHelper(ref));
}
