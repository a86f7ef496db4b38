import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import { toErrorBody } from '../../../shared/errors.ts';
import { prepareHome, resolvePaths } from '../../core/paths.ts';
import { hardenProcess, refusedSwitch } from '../common/harden.ts';
import { findProjectFiles } from '../common/project-files.ts';
import { guardContents } from './contents-guard.ts';
import { DesktopApp, type DesktopFiles } from './desktop-app.ts';
import { registerPageScheme } from './page-protocol.ts';

/**
 * The desktop app's entry. All that Electron wants before it is ready happens here, without waiting for anything;
 * the rest is desktop-app.ts.
 */
hardenProcess();
app.enableSandbox();
app.setName('Keyharbor');
registerPageScheme();
guardContents();
begin();

function begin(): void {
  const refused = app.isPackaged ? refusedSwitch(process.argv.slice(1)) : null;
  if (refused !== null) return stop(`Keyharbor does not start with ${refused}. Leave it out.`);
  try {
    claimWindowFolder();
  } catch (error) {
    return stop(sentence(error));
  }
  if (!app.requestSingleInstanceLock()) return app.exit(0); // the first one shows its window
  const desktop = new DesktopApp(desktopFiles());
  let closing = false;
  app.on('second-instance', () => void desktop.focus()); // its arguments are nobody's orders
  app.on('activate', () => void desktop.focus());
  app.on('window-all-closed', () => app.quit());
  app.on('before-quit', (event) => {
    event.preventDefault(); // until the vault is locked and the clipboard cleared; then the process exits
    if (closing) return;
    closing = true;
    void desktop.close();
  });
  app
    .whenReady()
    .then(() => desktop.start(process.env))
    .then((ours) => {
      if (!ours) app.exit(0);
    })
    .catch((error: unknown) => stop(sentence(error)));
}

/** What Chromium writes lies in the home's run folder: several homes can run side by side, each with its own. */
function claimWindowFolder(): void {
  const paths = resolvePaths(process.env);
  prepareHome(paths);
  const folder = join(paths.run, 'window');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
}

function desktopFiles(): DesktopFiles {
  const out = join(app.getAppPath(), 'out');
  const resourcesDir = app.isPackaged
    ? join(process.resourcesPath, 'resources')
    : findProjectFiles(import.meta.dirname).resourcesDir;
  return { out, resourcesDir, version: app.getVersion() };
}

function sentence(error: unknown): string {
  const { message, hint } = toErrorBody(error);
  return `${message} ${hint}`.trim();
}

/** Before there is a window: on the terminal, and in a box for those who have none. */
function stop(line: string): void {
  process.stderr.write(`${line}\n`);
  if (app.isPackaged) dialog.showErrorBox('Keyharbor', line);
  app.exit(1);
}
