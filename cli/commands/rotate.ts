import type { Command } from 'commander';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { fieldOptions, type FieldWord } from '../field-values.ts';
import { newValues } from '../new-values.ts';
import { signIn, signsIn } from '../sign-in.ts';
import { reportSaved } from '../saved.ts';

interface Options {
  readonly test?: boolean;
  readonly json?: boolean;
}

async function rotate(ref: string, options: Options, words: readonly FieldWord[]): Promise<void> {
  parseReference(ref);
  const agent = await connectAgent();
  const saved =
    words.length === 0 && (await signsIn(agent, ref))
      ? { credential: await signIn(agent, { ref }), warnings: [] }
      : await agent.call('credentials.edit', {
          target: { ref },
          changes: { fields: await newValues(agent, ref, words) },
        });
  await reportSaved(agent, `Version ${saved.credential.version} of`, saved, options);
}

export function register(program: Command): void {
  const command = program
    .command('rotate')
    .description('give a credential a new secret; the old one stays readable as ?version=N for a while')
    .argument('<ref>', 'kh://PROVIDER/LABEL');
  const words = fieldOptions(command);
  command
    .option('--test', 'test the connection afterwards')
    .option('--json', 'as JSON')
    .action((given: string, options: Options) => rotate(given, options, words));
}
