import { randomBytes } from 'node:crypto';
import type { z } from 'zod';
import {
  MOST_VIEWS,
  type SavedView,
  savedView,
  savedViews,
  type viewToSave,
} from '../../../shared/contract/usage-explore.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit } from '../audit/audit-log.ts';
import type { Clock } from '../seams.ts';
import { putSetting, readSettings } from '../settings/setting-table.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** A row of the settings, as JSON: few and small, read as a whole. */
const ROW = 'usage-views';

/** Questions about usage that the owner named, by name. A view that this version cannot read is left out. */
export function listViews(vault: OpenVault): SavedView[] {
  const row = readSettings(vault.db).get(ROW);
  if (row === undefined) return [];
  let rows: unknown;
  try {
    rows = JSON.parse(row);
  } catch {
    return [];
  }
  const read = Array.isArray(rows) ? rows.map((one) => savedView.safeParse(one)) : [];
  const views = read.flatMap((one) => (one.success ? [one.data] : []));
  return views.toSorted((one, other) => one.name.localeCompare(other.name, 'en'));
}

/** @throws AppError `not_found`, `conflict` for a name that is taken, `invalid_input` where there are too many. */
export function saveView(vault: OpenVault, clock: Clock, given: z.output<typeof viewToSave>, actor: string): SavedView {
  const present = listViews(vault);
  if (given.id !== undefined && !present.some(({ id }) => id === given.id)) throw gone();
  const saved: SavedView = { ...given, id: given.id ?? randomBytes(8).toString('hex') };
  const others = present.filter(({ id }) => id !== saved.id);
  const isTaken = others.some(({ name }) => name.toLowerCase() === saved.name.toLowerCase());
  if (isTaken) {
    throw new AppError('conflict', 'Another view has this name. Nothing was changed.', 'Choose another name.');
  }
  if (others.length >= MOST_VIEWS) {
    throw new AppError(
      'invalid_input',
      `There are ${MOST_VIEWS} views already. Nothing was changed.`,
      'Delete one that you do not need, or save over it.',
    );
  }
  write(vault, clock, [...others, saved], 'usage.view-saved', saved, actor);
  return saved;
}

/** @throws AppError `not_found`. */
export function removeView(vault: OpenVault, clock: Clock, id: string, actor: string): void {
  const present = listViews(vault);
  const view = present.find((one) => one.id === id);
  if (view === undefined) throw gone();
  write(
    vault,
    clock,
    present.filter((one) => one !== view),
    'usage.view-removed',
    view,
    actor,
  );
}

function write(
  vault: OpenVault,
  clock: Clock,
  views: readonly SavedView[],
  action: string,
  { name, pinned }: SavedView,
  actor: string,
): void {
  vault.write(() => {
    putSetting(vault.db, ROW, JSON.stringify(savedViews.parse(views)));
    appendAudit(vault, clock, { actor, action, result: 'ok', meta: { name, pinned } });
  });
}

const gone = (): AppError =>
  new AppError('not_found', 'There is no such view. Nothing was changed.', 'Look at the list again.');
