import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../../core/logs/log.ts';
import type { Shell } from '../../core/seams.ts';

/** A host without a screen: nothing is shown or asked, and what would need an answer is declined. */
export function headlessShell(log: Pick<Log, 'info'>): Shell {
  return {
    kind: 'headless',
    missing: ['window', 'tray', 'notifications', 'clipboard', 'global shortcut', 'screen lock', 'links'],
    // Titles and bodies may name a credential; a log may not.
    notify: () => log.info('shell.notification-not-shown'),
    confirm: () => Promise.resolve(false),
    approvals: null, // `keyharbor approve` answers
    clipboard: null,
    openLink: () => Promise.reject(new AppError('unsupported', 'This host has no screen: no link was opened.')),
    systemIdleMs: () => null,
    onSystemEvent: () => () => undefined,
  };
}
