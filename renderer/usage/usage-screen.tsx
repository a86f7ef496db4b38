import { Tabs } from '@base-ui/react/tabs';
import { type RefObject, useRef, useState } from 'react';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import { PictureContext, type PictureSources } from '../charts/picture-source.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage, useRoute } from '../state/route.ts';
import { USAGE_TABS, type UsageRoute, type UsageTab } from '../state/usage-route.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import tabs from '../ui/tabs.module.css';
import { SourcesTab } from '../usage-sources/sources-tab.tsx';
import { CalendarTab } from './calendar-tab.tsx';
import { ExploreTab } from './explore-tab.tsx';
import { questionOf, viewOfRoute } from './explore-view.ts';
import { EmptyUsage } from './empty-usage.tsx';
import { ExportMenu } from './export-menu.tsx';
import { FilterChips } from './filter-chips.tsx';
import { useLabels } from './labels.ts';
import { OverviewTab } from './overview-tab.tsx';
import { PricesTab } from './prices-tab.tsx';
import { RangePicker } from './range-picker.tsx';
import { type Span, spanOf } from './ranges.ts';
import { RequestsTab } from './requests-tab.tsx';
import { type NamedFilter, useFilter } from './use-filter.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

interface Asked extends Span {
  readonly by: UsageRoute['by'];
  readonly bucket: UsageRoute['bucket'];
  readonly compare: boolean;
  readonly filter?: UsageFilter;
}

/** What was metered: spend, tokens, requests. All tabs share range, grouping and filters, which stand in the address. */
export default function UsageScreen() {
  const { usage: route } = useRoute();
  const named = useFilter(route.filter);
  const pictures = useRef<PictureSources>(new Map());
  const [since, setSince] = useState<string | null>(null);
  const span = spanOf(route, since);
  const asked: Asked | null =
    named.isReading || span === null
      ? null
      : {
          ...span,
          by: route.by,
          bucket: route.bucket,
          compare: route.compare,
          ...(named.filter === undefined ? {} : { filter: named.filter }),
        };
  const overview = useQuestion('usage.overview', asked);
  // "All time" begins with the first call; the answer to any range tells when that was.
  const first = useQuestion('usage.overview', route.range === 'all' && since === null ? { from: 'today' } : null);
  const told = overview.data?.collectedSince ?? first.data?.collectedSince ?? null;
  if (told !== null && told !== since) setSince(told);
  const { data } = overview;
  const never = data !== null && data.collectedSince === null;
  // There is something to look at and to do before the first call.
  const isOfItsOwn = route.tab === 'prices' || route.tab === 'sources';
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{m.usage.title}</h1>
      </div>
      <Tabs.Root
        value={route.tab}
        onValueChange={(tab: UsageTab) => navigateUsage({ tab }, 'replace')}
        className={styles.tabs}
      >
        <Tabs.List className={tabs.list} aria-label={m.usage.title}>
          {USAGE_TABS.map((tab) => (
            <Tabs.Tab key={tab} value={tab} className={tabs.tab}>
              {m.usage.tabs[tab]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {!never && !isOfItsOwn && (
          <div className={styles.controls}>
            {route.tab !== 'calendar' && <RangePicker route={route} shown={data} />}
            {route.tab === 'overview' && (
              <Checkbox
                label={m.usage.compare}
                checked={route.compare}
                onChange={(compare) => navigateUsage({ compare }, 'replace')}
              />
            )}
            <FilterChips given={route.filter} named={named} />
            {data !== null && (
              <a href="#/settings" className={styles.zone} title={m.usage.zoneHint}>
                {m.usage.zone(data.zone)}
              </a>
            )}
            {asked !== null && span !== null && (
              <div className={styles.push}>
                <Export route={route} asked={asked} named={named} pictures={pictures} />
              </div>
            )}
          </div>
        )}
        {overview.error !== null && <LoadError error={overview.error} onRetry={overview.retry} />}
        {data === null && overview.error === null && <Skeleton />}
        {never && !isOfItsOwn && <EmptyUsage />}
        {data !== null && (!never || isOfItsOwn) && (
          <PictureContext value={pictures}>
            <Panels route={route}>
              {{
                overview: <OverviewTab route={route} overview={data} named={named} />,
                explore: <ExploreTab route={route} named={named} />,
                calendar: <CalendarTab route={route} named={named} />,
                requests: <RequestsTab route={route} span={span ?? {}} named={named} />,
                prices: <PricesTab />,
                sources: <SourcesTab />,
              }}
            </Panels>
          </PictureContext>
        )}
      </Tabs.Root>
    </div>
  );
}

interface ExportProps {
  readonly route: UsageRoute;
  readonly asked: Asked;
  readonly named: NamedFilter;
  readonly pictures: RefObject<PictureSources>;
}

/** What is on the screen: the figures of the bars with what they come to, the days of the calendar, or the single calls. */
function Export({ route, asked, named, pictures }: ExportProps) {
  const label = useLabels();
  const { by, bucket, compare: _, from, to, ...rest } = asked; // the rest: filters
  const range = { ...rest, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  if (route.tab === 'requests') {
    return (
      <ExportMenu view={{ kind: 'requests', ...range }} what={m.usage.exporting.requests} pictures={null} notes={[]} />
    );
  }
  const notes = named.names.map(({ dimension, name }) => `${m.usage.groupings[dimension]}: ${label(dimension, name)}`);
  const common = { what: m.usage.exporting.overview, notes, pictures: route.table ? null : pictures };
  if (route.tab === 'explore') {
    return <ExportMenu view={{ kind: 'breakdown', ...questionOf(viewOfRoute(route, named.filter)) }} {...common} />;
  }
  if (route.tab === 'calendar') {
    return <ExportMenu view={{ kind: 'calendar', ...rest }} {...common} what={m.usage.exporting.calendar} />;
  }
  const also = { view: { kind: 'totals', ...range, by, top: 100 }, as: m.usage.exporting.totalsAs } as const;
  return <ExportMenu view={{ kind: 'overview', ...range, bucket, by, top: 100 }} also={also} {...common} />;
}

interface PanelsProps {
  readonly route: UsageRoute;
  readonly children: Readonly<Record<UsageTab, React.ReactNode>>;
}

/** Only the open one is in the document. */
function Panels({ route, children }: PanelsProps) {
  return USAGE_TABS.map((tab) => (
    <Tabs.Panel key={tab} value={tab} className={styles.panel}>
      {route.tab === tab && children[tab]}
    </Tabs.Panel>
  ));
}
