import { ChevronDown, X } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { HEALTH_FILTERS, navigate } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Menu } from '../ui/menu.tsx';
import styles from './providers.module.css';
import type { Filters } from './search.ts';

interface Props {
  readonly all: readonly CredentialSummary[];
  readonly filters: Filters;
}

/** One chip per kind of filter; a set one names its value and can be taken off. */
export function FilterChips({ all, filters }: Props) {
  const providers = useSession((session) => session.providers);
  const nameOf = (id: string): string => providers.get(id)?.name ?? id;
  const used = [...new Set(all.map((one) => one.provider))].sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
  const tags = [...new Set(all.flatMap((one) => one.tags))].sort((a, b) => a.localeCompare(b));
  return (
    <div role="group" aria-label={m.providers.filters} className={styles.chips}>
      <Chip
        title={m.providers.filterProvider}
        value={filters.provider === null ? null : nameOf(filters.provider)}
        options={used.map((id) => ({ value: id, label: nameOf(id) }))}
        chosen={filters.provider}
        onPick={(provider) => navigate({ provider }, 'replace')}
      />
      <Chip
        title={m.providers.filterState}
        value={filters.state === null ? null : m.providers.healthFilters[filters.state]}
        options={HEALTH_FILTERS.map((value) => ({ value, label: m.providers.healthFilters[value] }))}
        chosen={filters.state}
        onPick={(state) => navigate({ state }, 'replace')}
      />
      {tags.length > 0 && (
        <Chip
          title={m.providers.filterTag}
          value={filters.tag}
          options={tags.map((tag) => ({ value: tag, label: tag }))}
          chosen={filters.tag}
          onPick={(tag) => show({ tag })}
        />
      )}
    </div>
  );
}

interface ChipProps<T extends string> {
  readonly title: string;
  readonly value: string | null;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly chosen: T | null;
  readonly onPick: (value: T | null) => void;
}

function Chip<T extends string>({ title, value, options, chosen, onPick }: ChipProps<T>) {
  return (
    <span className={styles.chip} data-on={value !== null || undefined}>
      <Menu
        align="start"
        trigger={
          <button type="button" className={styles.chipbutton}>
            {value === null ? title : `${title}: ${value}`}
            <ChevronDown size={14} aria-hidden />
          </button>
        }
        entries={[
          { label: m.providers.any, checked: chosen === null, run: () => onPick(null) },
          ...options.map((option) => ({
            label: option.label,
            checked: option.value === chosen,
            run: () => onPick(option.value),
          })),
        ]}
      />
      {value !== null && (
        <button
          type="button"
          className={styles.chipclear}
          aria-label={m.common.removeNamed(`${title}: ${value}`)}
          onClick={() => onPick(null)}
        >
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  );
}
