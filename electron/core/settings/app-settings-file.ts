import { Buffer } from 'node:buffer';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { type AppSettings, appSettings } from '../../../shared/contract/schemas.ts';
import { readSmallFile, replaceFile, syncFolder } from '../store/atomic-file.ts';
import { onDisk } from '../store/sqlite-error.ts';

const MAX_BYTES = 64 * 1024;

export const DEFAULT_APP_SETTINGS: AppSettings = {
  theme: 'system',
  language: 'system',
  density: 'comfortable',
  railCollapsed: false,
  endpointOn: false,
  endpointPort: 7717,
};

/** A file written by an older version lacks members; unknown or wrong ones mean that something else wrote it. */
const storedSettings = appSettings.partial();

export interface LoadedAppSettings {
  readonly settings: AppSettings;
  /** Set where the file could not be used: a sentence for people. */
  readonly notice: string | null;
}

const besideIt = (file: string): string => `${file}.damaged`;

function parse(bytes: Buffer): AppSettings | null {
  try {
    return appSettings.parse({
      ...DEFAULT_APP_SETTINGS,
      ...storedSettings.parse(JSON.parse(bytes.toString('utf8'))),
    });
  } catch {
    return null;
  }
}

/**
 * Reads settings.json. A damaged file gives the defaults and is kept beside, so that nothing in it is lost.
 * @throws AppError `security_violation` when the file is a link.
 */
export function loadAppSettings(file: string): LoadedAppSettings {
  let bytes: Buffer | null;
  try {
    bytes = readSmallFile(file, MAX_BYTES);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'integrity_failure') throw error;
    // Moved, not copied: who knows how large it is.
    onDisk(() => {
      renameSync(file, besideIt(file));
      syncFolder(path.dirname(file));
    });
    return {
      settings: DEFAULT_APP_SETTINGS,
      notice: 'The settings file was far too large and was not read; the defaults are used and it is kept beside.',
    };
  }
  if (bytes === null) return { settings: DEFAULT_APP_SETTINGS, notice: null };
  const settings = parse(bytes);
  if (settings !== null) return { settings, notice: null };
  replaceFile(besideIt(file), bytes);
  return {
    settings: DEFAULT_APP_SETTINGS,
    notice: 'The settings file was damaged; the defaults are used and the damaged one is kept beside it.',
  };
}

/** @throws AppError `internal` when the disk refuses; the file then stands as it was. */
export function saveAppSettings(file: string, settings: AppSettings): void {
  replaceFile(file, Buffer.from(`${JSON.stringify(settings, null, 2)}\n`, 'utf8'));
}
