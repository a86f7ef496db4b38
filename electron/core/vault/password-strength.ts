import type { z } from 'zod';
import type * as schemas from '../../../shared/contract/schemas.ts';

export type PasswordStrength = z.output<typeof schemas.passwordStrength>;

export function passwordStrength(_password: string): Promise<PasswordStrength> {
  return Promise.reject(new Error('not yet'));
}

export function suggestPassword(): string {
  throw new Error('not yet');
}
