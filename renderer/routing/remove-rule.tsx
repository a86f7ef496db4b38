import type { RoutingRule } from '../../shared/contract/routing.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting } from '../state/routing.ts';
import { DangerConfirm } from '../ui/danger-confirm.tsx';
import { targetOf, useTargetName } from './use-targets.ts';

interface Props {
  readonly rule: RoutingRule;
  readonly onClose: () => void;
}

export function RemoveRule({ rule, onClose }: Props) {
  const name = useTargetName(rule.for, targetOf(rule));
  const remove = async (): Promise<void> => {
    await call('routing.remove', rule.for === 'provider' ? { provider: rule.provider } : { client: rule.client });
    await Promise.all([loadRouting(), loadPoolHealth()]);
  };
  return (
    <DangerConfirm
      title={m.routing.removeTitle(name)}
      verb={m.routing.removeVerb}
      done={m.routing.removed(name)}
      act={remove}
      onClose={onClose}
    >
      {m.routing.removeText}
    </DangerConfirm>
  );
}
