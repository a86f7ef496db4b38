import { formatUsd } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { testAgreed } from './acts.ts';
import { testAll } from './test-run.ts';

interface Props {
  readonly ids: readonly string[];
  readonly costMicroUsd: number;
  /** It was asked for all that are shown. */
  readonly all: boolean;
}

/** Before anything that costs something is sent. */
export function TestCost({ ids, costMicroUsd, all }: Props) {
  const close = (): void => show({ ask: null });
  const go = (): void => {
    close();
    const [id] = ids;
    if (all) void testAll(ids);
    else if (id !== undefined) void testAgreed(id);
  };
  return (
    <Confirm open title={m.providers.costTitle} verb={m.providers.costVerb} onConfirm={go} onCancel={close}>
      {m.providers.costText(formatUsd(costMicroUsd), ids.length)}
    </Confirm>
  );
}
