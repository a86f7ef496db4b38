import type { RoutingRule, RoutingScope } from '../../shared/contract/routing.ts';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { loadRouting, useUnreadableRules } from '../state/routing.ts';
import { LoadError } from '../ui/load-error.tsx';
import { Note } from '../ui/note.tsx';
import page from '../ui/page-layout.module.css';
import { emptyRoutingForm, ruleOf } from './routing-form.ts';
import { RuleRow } from './rule-row.tsx';

interface Props {
  readonly error: AppError | null;
  readonly onAsk: (act: 'edit' | 'remove', rule: RoutingRule) => void;
}

/** In place of the list where it was refused. Of rules that cannot be read it is still known whom each is for. */
export function UnreadableRules({ error, onAsk }: Props) {
  const { state, list } = useUnreadableRules();
  if (error?.code === 'integrity_failure' && (state === 'idle' || state === 'loading')) return null;
  if (error?.code !== 'integrity_failure' || list.length === 0) {
    return <LoadError error={error} onRetry={() => void loadRouting()} />;
  }
  const rules = list.flatMap((scope) => (scope === null ? [] : [emptyRule(scope)]));
  if (rules.length < list.length) {
    return (
      <div role="alert">
        <Note tone="bad" title={m.routing.nobodysTitle}>
          <p>
            {m.routing.nobodysText}{' '}
            <a href={formatRoute({ ...HOME, screen: 'settings', section: 'backups' })}>{m.routing.openBackups}</a>
          </p>
        </Note>
      </div>
    );
  }
  return (
    <>
      <div role="alert">
        <Note tone="bad" title={m.routing.unreadableTitle(rules.length)}>
          <p>{m.routing.unreadableText(rules.length)}</p>
        </Note>
      </div>
      <ul className={page.rows} aria-label={m.routing.unreadableList}>
        {rules.map((rule) => (
          <RuleRow
            key={`${rule.for} ${rule.for === 'provider' ? rule.provider : rule.client}`}
            rule={rule}
            isUnreadable
            onAsk={(act) => onAsk(act, rule)}
          />
        ))}
      </ul>
    </>
  );
}

/** What there is to write it anew with. */
const emptyRule = (scope: RoutingScope): RoutingRule =>
  ruleOf('provider' in scope ? emptyRoutingForm('provider', scope.provider) : emptyRoutingForm('client', scope.client));
