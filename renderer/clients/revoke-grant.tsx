import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { keepClient } from '../state/clients.ts';
import { loadGrants } from '../state/grants.ts';
import { DangerConfirm } from '../ui/danger-confirm.tsx';
import type { GrantLine } from './grant-lines.ts';

interface Props {
  readonly line: GrantLine;
  readonly onClose: () => void;
}

/** Takes one grant away. A client that would be left without any is revoked. */
export function RevokeGrant({ line, onClose }: Props) {
  const { origin } = line;
  const what = m.grants.named(line.who, line.what);
  const isLast = origin.kind === 'token' && origin.client.grants.length === 1;
  const revoke = async (): Promise<void> => {
    if (origin.kind === 'remembered') {
      await call('grants.revoke', { id: origin.grant.id });
      await loadGrants();
      return;
    }
    const { id, grants } = origin.client;
    const left = grants.filter((text) => text !== origin.text);
    keepClient(
      left.length === 0
        ? await call('clients.revoke', { client: id })
        : await call('clients.narrow', { client: id, grants: left }),
    );
  };
  return (
    <DangerConfirm
      title={m.grants.revokeTitle(what)}
      verb={m.grants.revokeVerb}
      done={m.grants.revoked(what)}
      act={revoke}
      onClose={onClose}
    >
      {isLast ? m.grants.revokeLastText : m.grants.revokeText}
    </DangerConfirm>
  );
}
