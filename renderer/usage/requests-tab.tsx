import { m } from '../i18n/messages.ts';
import type { UsageRoute } from '../state/usage-route.ts';
import type { Span } from './ranges.ts';
import type { NamedFilter } from './use-filter.ts';

interface Props {
  readonly route: UsageRoute;
  readonly span: Span;
  readonly named: NamedFilter;
}

export function RequestsTab(_: Props) {
  return <p>{m.usage.requests.title}</p>;
}
