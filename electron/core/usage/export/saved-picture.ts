import { AppError } from '../../../../shared/errors.ts';
import { downloadsFolder, newFile } from '../../store/new-file.ts';

/** Each begins with this signature, and an IHDR of 13 bytes (PNG, third edition, sections 5.2 and 11.2.1). */
const BEGINNING = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
/** The last chunk, which is empty (section 11.2.4), with its CRC. */
const END = Buffer.from('0000000049454e44ae426082', 'hex');

/**
 * Writes a picture that a page made into the folder for downloads. The name is ours, and only the user can read it.
 * @param png - base64. @throws AppError `invalid_input` where it is no PNG, `internal` where the disk refuses.
 */
export function savePicture(
  png: string,
  { nowMs, env }: { readonly nowMs: number; readonly env: NodeJS.ProcessEnv },
): { readonly fileName: string; readonly folder: string } {
  const bytes = Buffer.from(png, 'base64');
  const isPicture = bytes.subarray(0, BEGINNING.length).equals(BEGINNING) && bytes.subarray(-END.length).equals(END);
  if (!isPicture) {
    throw new AppError('invalid_input', 'This is no picture of the kind PNG. Nothing was written.');
  }
  const folder = downloadsFolder(env);
  const file = newFile(folder, `keyharbor-usage-${new Date(nowMs).toISOString().slice(0, 10)}.png`);
  file.write(bytes);
  file.finish();
  return { fileName: file.name, folder };
}
