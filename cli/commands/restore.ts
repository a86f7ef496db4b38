import type { Command } from 'commander';
import { registerStep } from '../transition.ts';

export function register(program: Command): void {
  registerStep(program, 'restore', 'bring a credential back from the bin', 'is back.');
}
