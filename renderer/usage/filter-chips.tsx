import { X } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import type { RouteFilter } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import { useLabels } from './labels.ts';
import type { NamedFilter } from './use-filter.ts';
import styles from './usage.module.css';

/** What usage is narrowed to; each chip takes its part away again. */
export function FilterChips({ given, named }: { readonly given: RouteFilter; readonly named: NamedFilter }) {
  const label = useLabels();
  if (named.names.length === 0) return null;
  return (
    <div className={styles.chips} role="group" aria-label={m.usage.filteredBy}>
      {named.names.map(({ dimension, name }) => {
        const said = `${m.usage.groupings[dimension]}: ${label(dimension, name)}`;
        const { [dimension]: _, ...rest } = given;
        return (
          <button
            key={dimension}
            type="button"
            className={styles.chip}
            aria-label={m.usage.clearFilter(said)}
            onClick={() => navigateUsage({ filter: rest })}
          >
            <bdi>{said}</bdi>
            <X size={14} aria-hidden />
          </button>
        );
      })}
      {named.names.length > 1 && (
        <Button look="link" onClick={() => navigateUsage({ filter: {} })}>
          {m.usage.clearFilters}
        </Button>
      )}
    </div>
  );
}
