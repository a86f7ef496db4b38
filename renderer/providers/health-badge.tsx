import { m } from '../i18n/messages.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import type { Health } from './health.ts';

const LOOKS = {
  healthy: { tone: 'ok', shape: 'check' },
  expiring: { tone: 'warn', shape: 'clock' },
  expired: { tone: 'bad', shape: 'clock' },
  failing: { tone: 'bad', shape: 'cross' },
  unknown: { tone: 'warn', shape: 'question' },
  untested: { tone: 'quiet', shape: 'ring' },
  testing: { tone: 'quiet', shape: 'turning' },
  suspended: { tone: 'quiet', shape: 'pause' },
  revoked: { tone: 'quiet', shape: 'minus' },
  binned: { tone: 'quiet', shape: 'minus' },
} as const;

export function HealthBadge({ health }: { readonly health: Health | 'testing' }) {
  return <StatusDot {...LOOKS[health]} word={m.providers.health[health]} />;
}
