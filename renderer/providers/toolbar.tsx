import { LayoutGrid, List, Search, X } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import type { Route } from '../state/route.ts';
import { navigate, SORTS } from '../state/route.ts';
import { show, useView } from '../state/view.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { FilterChips } from './filter-chips.tsx';
import styles from './providers.module.css';
import type { Filters } from './search.ts';

interface Props {
  readonly route: Route;
  readonly all: readonly CredentialSummary[];
  readonly filters: Filters;
}

export function Toolbar({ route, all, filters }: Props) {
  const query = useView((view) => view.query);
  return (
    <div className={styles.toolbar}>
      <div role="search" className={styles.find}>
        <Search size={16} aria-hidden />
        <input
          data-find
          type="search"
          aria-label={m.providers.search}
          aria-keyshortcuts="Control+F /"
          placeholder={m.providers.searchHint}
          title={m.providers.searchHint}
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => show({ query: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') show({ query: '' });
          }}
        />
        {query !== '' && (
          <IconButton
            label={m.providers.clearFilters}
            icon={<X size={15} aria-hidden />}
            onClick={() => show({ query: '' })}
          />
        )}
      </div>
      <FilterChips all={all} filters={filters} />
      <div className={styles.arrange}>
        <label className={styles.sort}>
          <span>{m.providers.sort}</span>
          <Select
            value={route.sort}
            options={SORTS.map((value) => ({ value, label: m.providers.sorts[value] }))}
            onChange={(sort) => navigate({ sort }, 'replace')}
          />
        </label>
        <Segmented
          label={m.providers.view}
          iconsOnly
          value={route.view}
          options={[
            { value: 'grid', label: m.providers.grid, icon: <LayoutGrid size={16} aria-hidden /> },
            { value: 'list', label: m.providers.list, icon: <List size={16} aria-hidden /> },
          ]}
          onChange={(view) => navigate({ view }, 'replace')}
        />
      </div>
    </div>
  );
}
