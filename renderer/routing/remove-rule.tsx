import type { RoutingRule } from '../../shared/contract/routing.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting } from '../state/routing.ts';
import { RemoveConfirm } from '../ui/remove-confirm.tsx';
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
  return <RemoveConfirm words={m.routing} name={name} remove={remove} onClose={onClose} />;
}
