import type { ParsedInput } from '../../../shared/contract/methods.ts';
import type { VaultSettings } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

const STRICTNESS = ['never', 'with-window', 'always'] as const satisfies readonly VaultSettings['askTerminals'][];

export function settingsHandlers(app: App): Area<'settings'> {
  const { settings } = app;
  return {
    'settings.get': (_input, { caller }) => {
      const all = settings.get();
      return app.stateFor(caller) === 'unlocked' ? all : { ...all, vault: null };
    },
    'settings.set': async (changes, { actor, caller }) => {
      if (caller === 'window') await confirmLooser(app, changes.vault ?? {});
      return settings.set(changes, actor);
    },
  };
}

/** A page may be led astray: what lets more in needs a yes outside of it (SECURITY-DESIGN.md T6). */
async function confirmLooser(app: App, wanted: NonNullable<ParsedInput<'settings.set'>['vault']>): Promise<void> {
  if (app.stateFor('window') !== 'unlocked') {
    if (Object.keys(wanted).length === 0) return;
    throw new AppError('vault_locked', 'The vault is locked. Nothing was changed.', 'Unlock the vault.');
  }
  const { askTerminals, workBehindLockHours, usageRecordDays, proxyOutbound, proxyCaCertificates } =
    app.settings.vault();
  const looser: string[] = [];
  const strictness = (of: VaultSettings['askTerminals']): number => STRICTNESS.indexOf(of);
  if (wanted.askTerminals !== undefined && strictness(wanted.askTerminals) < strictness(askTerminals)) {
    looser.push('Programs on this computer would act as you without being asked about.');
  }
  if (wanted.workBehindLockHours !== undefined && wanted.workBehindLockHours > workBehindLockHours) {
    looser.push(`Clients would work on for up to ${wanted.workBehindLockHours} h after you locked the window.`);
  }
  const kept = (days: number): number => (days === 0 ? Number.POSITIVE_INFINITY : days);
  if (wanted.usageRecordDays !== undefined && kept(wanted.usageRecordDays) < kept(usageRecordDays)) {
    looser.push(`Calls older than ${wanted.usageRecordDays} days would be deleted from the usage records.`);
  }
  const outbound = wanted.proxyOutbound ?? '';
  if (outbound !== '' && outbound !== proxyOutbound) {
    looser.push(`Requests to providers, and webhooks, would all go through ${outbound}.`);
  }
  const certificates = wanted.proxyCaCertificates ?? '';
  if (certificates !== '' && certificates !== proxyCaCertificates) {
    looser.push('Whoever owns the added certificates could pass for any provider, and read your keys on their way.');
  }
  if (looser.length === 0) return;
  const agreed = await app.confirm({
    title: 'Change this setting?',
    message: looser[0] ?? '',
    detail: looser.slice(1).join('\n'),
    accept: 'Change the setting',
  });
  if (!agreed) throw new AppError('forbidden', 'The change was declined. Nothing was changed.');
}
