import { AppError } from '../../../shared/errors.ts';
import { passwordStrength } from './password-strength.ts';
import { Secret } from './secret.ts';

const MAX_BYTES = 1024;

/**
 * The master password as bytes: NFKC, then UTF-8, so that the same keys pressed on another computer give the same bytes.
 * @throws AppError `invalid_input` beyond 1,024 bytes.
 */
export function passwordBytes(password: string): Secret {
  const normal = password.normalize('NFKC');
  if (Buffer.byteLength(normal) > MAX_BYTES) {
    throw new AppError(
      'invalid_input',
      'The password is longer than 1,024 bytes. Nothing was changed.',
      'Use a shorter one.',
    );
  }
  return Secret.fromText(normal);
}

/** @throws AppError `invalid_input` with what is wrong and what would do. */
export async function assertAcceptable(password: string): Promise<void> {
  const strength = await passwordStrength(password);
  if (strength.acceptable) return;
  throw new AppError('invalid_input', `${strength.sentence} Nothing was changed.`, strength.suggestion);
}
