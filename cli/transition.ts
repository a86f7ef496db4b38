import type { Command } from 'commander';
import { parseReference } from '../shared/reference.ts';
import { asCalled } from './called.ts';
import { connectAgent } from './connect.ts';
import { print, printJson } from './output.ts';

type Step = 'suspend' | 'reinstate' | 'revoke' | 'delete' | 'restore';

/** A command that moves a credential to another state; whether it may is decided by the vault's state machine. */
export function registerStep(program: Command, step: Step, description: string, done: string): void {
  program
    .command(step)
    .description(description)
    .argument('<ref>', 'kh://PROVIDER/LABEL')
    .option('--json', 'as JSON')
    .action(async (ref: string, options: { readonly json?: boolean }) => {
      parseReference(ref);
      const agent = await connectAgent();
      const credential = await agent.call(`credentials.${step}`, { target: { ref } });
      agent.close();
      if (options.json) printJson(credential);
      else print(asCalled(`${credential.ref} ${done}`));
    });
}
