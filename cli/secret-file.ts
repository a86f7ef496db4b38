import { NewFile } from './new-file.ts';

/** Puts `content` at `path` as a whole or not at all, readable by its owner alone. @throws AppError. */
export function writeSecretFile(path: string, content: string): void {
  const file = new NewFile(path, true);
  try {
    file.write(Buffer.from(content, 'utf8'));
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
}
