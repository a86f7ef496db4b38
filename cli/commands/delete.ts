import type { Command } from 'commander';
import { registerStep } from '../transition.ts';

export function register(program: Command): void {
  registerStep(
    program,
    'delete',
    'move a credential to the bin',
    'is in the bin for 30 days; "keyharbor restore" brings it back.',
  );
}
