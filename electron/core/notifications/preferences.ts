import {
  type NoticePreferences,
  noticePreferences,
  type noticePreferenceChanges,
} from '../../../shared/contract/notifications.ts';
import type { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Clock } from '../seams.ts';
import { putSetting, readSettings } from '../settings/setting-table.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { isZone } from './quiet-hours.ts';

/** A row of the settings, as JSON. */
const ROW = 'notifications';

const DEFAULTS: NoticePreferences = {
  desktop: [
    'quota.warning',
    'quota.exceeded',
    'key.died',
    'key.expiring',
    'key.expired',
    'usage.anomaly',
    'client.created',
    'webhook.failed',
  ],
  desktopDetails: false,
  quietHours: null,
  zone: null,
};

/** A row that this version cannot read counts as not set. */
export function readPreferences(vault: OpenVault): NoticePreferences {
  const row = readSettings(vault.db).get(ROW);
  if (row === undefined) return DEFAULTS;
  try {
    const parsed = noticePreferences.safeParse(JSON.parse(row));
    return parsed.success ? parsed.data : DEFAULTS;
  } catch {
    return DEFAULTS;
  }
}

/** @throws AppError `invalid_input` for a zone that is not known. */
export function changePreferences(
  vault: OpenVault,
  clock: Clock,
  changes: z.output<typeof noticePreferenceChanges>,
  actor: string,
): NoticePreferences {
  if (typeof changes.zone === 'string' && !isZone(changes.zone)) {
    throw new AppError(
      'invalid_input',
      'There is no such time zone. Nothing was changed.',
      'Give one like Europe/Berlin.',
    );
  }
  const before = readPreferences(vault);
  const after: NoticePreferences = {
    desktop: changes.desktop === undefined ? before.desktop : [...new Set(changes.desktop)],
    desktopDetails: changes.desktopDetails ?? before.desktopDetails,
    quietHours: changes.quietHours === undefined ? before.quietHours : changes.quietHours,
    zone: changes.zone === undefined ? before.zone : changes.zone,
  };
  vault.write(() => {
    putSetting(vault.db, ROW, JSON.stringify(after));
    const { desktop, desktopDetails, quietHours } = after;
    const meta = { desktop: desktop.join(' '), desktopDetails, quiet: quietHours !== null };
    appendAudit(vault, clock, { actor, action: 'notifications.preferences', result: 'ok', meta });
  });
  return after;
}
