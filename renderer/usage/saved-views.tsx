import { Bookmark, BookmarkPlus, X } from 'lucide-react';
import { useState } from 'react';
import type { ExploredView, SavedView } from '../../shared/contract/usage-explore.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage, parseRoute } from '../state/route.ts';
import { ask } from '../state/usage.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu, type MenuEntry } from '../ui/menu.tsx';
import { announce } from '../ui/toasts.ts';
import styles from './explore.module.css';
import { isSameView, routeOfView } from './explore-view.ts';
import { useViews } from './use-views.ts';
import { ViewDialog } from './view-dialog.tsx';

const t = m.explore;

interface Props {
  /** Of the view that is open. */
  readonly saved: string | null;
  readonly view: ExploredView;
  /** The filter of the address is not known yet: nothing can be compared. */
  readonly isReading: boolean;
}

type Asking =
  | { readonly kind: 'name'; readonly of: SavedView | null }
  | { readonly kind: 'remove'; readonly of: SavedView };

const setSaved = (saved: string | null): void => {
  const { explore } = parseRoute(location.hash).usage;
  navigateUsage({ explore: { ...explore, saved } }, 'replace');
};

/** The views that the owner named: open one, keep what is shown, change, delete. */
export function SavedViews({ saved, view, isReading }: Props) {
  const { views, error } = useViews();
  const [asking, setAsking] = useState<Asking | null>(null);
  const open = views.find(({ id }) => id === saved) ?? null;
  const isChanged = open !== null && !isReading && !isSameView(open.view, view);
  const keep = useAction(async (of: SavedView) => {
    const { name } = await call('usage.saveView', { ...of, view });
    await ask('usage.views', {});
    announce(t.saved(name), { slot: 'usage-view' });
  });
  const remove = useAction(async ({ id, name }: SavedView) => {
    await call('usage.removeView', { id });
    await ask('usage.views', {});
    if (id === saved) setSaved(null);
    setAsking(null);
    announce(t.removed(name), { slot: 'usage-view' });
  });
  const entries: MenuEntry[] = [
    ...(views.length === 0 ? [{ label: t.viewsEmpty, disabled: true, run: () => undefined }] : []),
    ...views.map((one): MenuEntry => {
      return { label: one.name, checked: one.id === saved, run: () => navigateUsage(routeOfView(one.view, one.id)) };
    }),
    { label: t.saveAs, apart: true, run: () => setAsking({ kind: 'name', of: null }) },
    ...(open === null
      ? []
      : [
          { label: t.rename(open.name), run: () => setAsking({ kind: 'name', of: open }) },
          { label: t.remove(open.name), danger: true, run: () => setAsking({ kind: 'remove', of: open }) },
        ]),
  ];
  return (
    <div className={styles.views}>
      <Menu
        align="start"
        trigger={<Button icon={<Bookmark size={16} aria-hidden />}>{t.views}</Button>}
        entries={entries}
      />
      {open !== null && (
        <span className={styles.openview}>
          <bdi>{t.open(open.name)}</bdi>
          {isChanged && <span className={styles.changed}>{t.changed}</span>}
          <IconButton label={t.close(open.name)} icon={<X size={14} aria-hidden />} onClick={() => setSaved(null)} />
        </span>
      )}
      {open === null ? (
        <Button
          look="ghost"
          icon={<BookmarkPlus size={16} aria-hidden />}
          onClick={() => setAsking({ kind: 'name', of: null })}
        >
          {t.saveAs}
        </Button>
      ) : (
        isChanged && (
          <Button aria-label={t.saveNamed(open.name)} pending={keep.pending} onClick={() => void keep.run(open)}>
            {t.save}
          </Button>
        )
      )}
      <ErrorNote error={error ?? keep.error} />
      {asking?.kind === 'name' && (
        <ViewDialog
          of={asking.of}
          view={asking.of?.view ?? view}
          onClose={() => setAsking(null)}
          onSaved={(made) => {
            setAsking(null);
            setSaved(made.id);
          }}
        />
      )}
      {asking?.kind === 'remove' && (
        <Confirm
          open
          danger
          title={t.removeTitle(asking.of.name)}
          verb={t.removeVerb}
          pending={remove.pending}
          error={remove.error}
          onConfirm={() => void remove.run(asking.of)}
          onCancel={() => setAsking(null)}
        >
          {t.removeText}
        </Confirm>
      )}
    </div>
  );
}
