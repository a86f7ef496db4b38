import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Chromium before Chrome before Edge: the one nearest to what Electron carries first. */
const ON_PATH = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

const MAC_APPS = [
  'Chromium.app/Contents/MacOS/Chromium',
  'Google Chrome.app/Contents/MacOS/Google Chrome',
  'Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

const WINDOWS_PROGRAMS = [
  'Chromium/Application/chrome.exe',
  'Google/Chrome/Application/chrome.exe',
  'Microsoft/Edge/Application/msedge.exe',
];

export interface FoundBrowser {
  readonly executable: string;
  readonly why: string;
}

/**
 * The browser that shows the window. `KEYHARBOR_BROWSER` names another executable; a name that is not one is an
 * error (null), never a silent other choice.
 */
export function findBrowser(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): FoundBrowser | null {
  const named = env.KEYHARBOR_BROWSER;
  if (named !== undefined && named !== '') {
    return isProgram(named) ? { executable: named, why: 'KEYHARBOR_BROWSER names it' } : null;
  }
  const executable = candidates(env, platform).find(isProgram);
  return executable === undefined ? null : { executable, why: 'it is the first one found here' };
}

function candidates(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): readonly string[] {
  const product = (folders: readonly (string | undefined)[], names: readonly string[]) =>
    names.flatMap((name) => folders.flatMap((folder) => (folder ? [join(folder, name)] : [])));
  if (platform === 'darwin') return product(['/Applications', env.HOME && join(env.HOME, 'Applications')], MAC_APPS);
  if (platform === 'win32') {
    return product([env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA], WINDOWS_PROGRAMS);
  }
  return product((env.PATH ?? '').split(delimiter), ON_PATH);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
