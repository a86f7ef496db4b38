import type { RoutingRule } from '../../shared/contract/routing.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting } from '../state/routing.ts';
import { Confirm } from '../ui/confirm.tsx';
import { announce } from '../ui/toasts.ts';
import { targetOf, useTargetName } from './use-targets.ts';

interface Props {
  readonly rule: RoutingRule;
  readonly onClose: () => void;
}

export function RemoveRule({ rule, onClose }: Props) {
  const name = useTargetName(rule.for, targetOf(rule));
  const remove = useAction(async () => {
    await call('routing.remove', rule.for === 'provider' ? { provider: rule.provider } : { client: rule.client });
    await Promise.all([loadRouting(), loadPoolHealth()]);
    announce(m.routing.removed(name));
    onClose();
  });
  return (
    <Confirm
      open
      danger
      title={m.routing.removeTitle(name)}
      verb={m.routing.removeVerb}
      pending={remove.pending}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onCancel={onClose}
    >
      {m.routing.removeText}
    </Confirm>
  );
}
