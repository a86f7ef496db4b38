import { ChartColumnStacked, ChartLine, ListOrdered } from 'lucide-react';
import { USAGE_FIGURES, VIEW_PICTURES } from '../../shared/usage-words.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import {
  BUCKETS,
  type ExploreRoute,
  FILTER_DIMENSIONS,
  GROUPINGS,
  TOP_OF_CHARTS,
  TOPS,
  type UsageRoute,
} from '../state/usage-route.ts';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import styles from './explore.module.css';

const t = m.explore;
const ICONS = { stacked: ChartColumnStacked, lines: ChartLine, ranking: ListOrdered } as const;

/** What the picture is put together from. Each choice stands in the address at once. */
export function ExploreControls({ route }: { readonly route: UsageRoute }) {
  const { explore, by, bucket } = route;
  const set = (change: Partial<ExploreRoute>): void => navigateUsage({ explore: { ...explore, ...change } }, 'replace');
  const isRanking = explore.picture === 'ranking';
  const tops = TOPS.filter((top) => isRanking || top <= TOP_OF_CHARTS);
  const top = tops.find((one) => one === explore.top) ?? TOP_OF_CHARTS;
  const then = explore.then === by ? null : explore.then;
  return (
    <div className={styles.builder}>
      <Field label={t.figure}>
        {(control) => (
          <Select
            {...control}
            value={explore.figure}
            options={USAGE_FIGURES.map((value) => ({ value, label: t.figures[value] }))}
            onChange={(figure) => set({ figure })}
          />
        )}
      </Field>
      <Field label={t.by}>
        {(control) => (
          <Select
            {...control}
            value={by}
            options={GROUPINGS.map((value) => ({ value, label: m.usage.groupings[value] }))}
            onChange={(picked) => navigateUsage({ by: picked }, 'replace')}
          />
        )}
      </Field>
      <Field label={t.then}>
        {(control) => (
          <Select
            {...control}
            value={then ?? ''}
            options={[
              { value: '', label: t.thenNone },
              ...FILTER_DIMENSIONS.filter((one) => one !== by).map((value) => {
                return { value, label: m.usage.groupings[value] };
              }),
            ]}
            onChange={(picked) => set({ then: picked === '' ? null : picked })}
          />
        )}
      </Field>
      {!isRanking && (
        <Field label={t.bucket}>
          {(control) => (
            <Select
              {...control}
              value={bucket}
              options={BUCKETS.map((value) => ({ value, label: m.usage.buckets[value] }))}
              onChange={(picked) => navigateUsage({ bucket: picked }, 'replace')}
            />
          )}
        </Field>
      )}
      <Field label={t.top}>
        {(control) => (
          <Select
            {...control}
            value={String(top)}
            options={tops.map((one) => ({ value: String(one), label: t.topOf(one) }))}
            onChange={(picked) => set({ top: TOPS.find((one) => String(one) === picked) ?? top })}
          />
        )}
      </Field>
    </div>
  );
}

/** Bars that are stacked, lines, or a ranking. */
export function PictureChoice({ explore }: { readonly explore: ExploreRoute }) {
  return (
    <Segmented
      label={t.picture}
      value={explore.picture}
      options={VIEW_PICTURES.map((value) => {
        const Icon = ICONS[value];
        return { value, label: t.pictures[value], icon: <Icon size={16} aria-hidden /> };
      })}
      onChange={(picture) => navigateUsage({ explore: { ...explore, picture } }, 'replace')}
    />
  );
}
