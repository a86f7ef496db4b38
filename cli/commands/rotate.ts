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
  if (words.length === 0 && (await signsIn(agent, ref))) {
    const credential = await signIn(agent, { ref });
    return reportSaved(agent, versionWords(credential), { credential, warnings: [] }, options);
  }
  const { fields, credential: before } = await newValues(agent, ref, words);
  const saved = await agent.call('credentials.edit', { target: { ref }, changes: { fields } });
  const isSame = saved.credential.version === before.version;
  await reportSaved(
    agent,
    isSame ? `The value is as it was, so it stays version ${before.version} of` : versionWords(saved.credential),
    saved,
    options,
  );
}

const versionWords = ({ version }: { readonly version: number }): string => `Version ${version} of`;

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
