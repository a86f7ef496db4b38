import type { Command } from 'commander';
import { CONTRACT_VERSION } from '../../shared/wire-limits.ts';
import { print, printJson } from '../output.ts';
import { VERSION } from '../version.ts';

export function register(program: Command): void {
  program
    .command('version')
    .description('print the version')
    .option('--json', 'as JSON, with the version of the contract')
    .action((options: { readonly json?: boolean }) => {
      if (options.json) printJson({ version: VERSION, contract: CONTRACT_VERSION, node: process.versions.node });
      else print(VERSION);
    });
}
