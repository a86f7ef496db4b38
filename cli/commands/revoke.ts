import type { Command } from 'commander';
import { registerStep } from '../transition.ts';

export function register(program: Command): void {
  registerStep(
    program,
    'revoke',
    'stop serving a credential for good',
    'is revoked and never served again. Revoke it at the provider too.',
  );
}
