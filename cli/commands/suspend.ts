import type { Command } from 'commander';
import { registerStep } from '../transition.ts';

export function register(program: Command): void {
  registerStep(
    program,
    'suspend',
    'stop serving a credential for now',
    'is suspended and not served; "keyharbor reinstate" undoes it.',
  );
}
