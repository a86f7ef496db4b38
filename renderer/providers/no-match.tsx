import { SearchX } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { navigate } from '../state/route.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import type { Filters, Surroundings } from './search.ts';
import { matcher } from './search.ts';

interface Props {
  readonly all: readonly CredentialSummary[];
  readonly filters: Filters;
  readonly around: Surroundings;
}

/** Nothing fits: clear the filters, or see which one is in the way. */
export function NoMatch({ all, filters, around }: Props) {
  const count = (relaxed: Filters): number => all.filter(matcher(relaxed, around)).length;
  const chips = [
    [filters.tag, { ...filters, tag: null }],
    [filters.state === null ? null : m.providers.healthFilters[filters.state], { ...filters, state: null }],
    [filters.provider === null ? null : around.providerName(filters.provider), { ...filters, provider: null }],
    [filters.query === '' ? null : filters.query, { ...filters, query: '' }],
  ] as const;
  const blocking = chips.find(([chip, relaxed]) => chip !== null && count(relaxed) > 0);
  const clear = (): void => {
    show({ query: '', tag: null });
    navigate({ provider: null, state: null }, 'replace');
  };
  return (
    <Empty
      icon={<SearchX size={28} />}
      title={m.providers.noMatch}
      actions={<Button onClick={clear}>{m.providers.clearFilters}</Button>}
    >
      {blocking?.[0] && <p>{m.providers.noMatchText(count(blocking[1]), blocking[0])}</p>}
    </Empty>
  );
}
