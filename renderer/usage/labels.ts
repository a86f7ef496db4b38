import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';

type Dimension = keyof typeof m.usage.groupings;

/** A name of a report as a person knows it. */
export function useLabels(): (dimension: Dimension, key: string) => string {
  const providers = useSession((session) => session.providers);
  return (dimension, key) => {
    if (key === '') return m.usage.unknown[dimension];
    if (dimension === 'provider') return providers.get(key)?.name ?? key;
    if (dimension === 'outcome') return m.usage.requests.outcomes[key] ?? key;
    return key;
  };
}
