import type { Command } from 'commander';
import { registerStep } from '../transition.ts';

export function register(program: Command): void {
  registerStep(program, 'reinstate', 'serve a suspended credential again', 'is served again.');
}
