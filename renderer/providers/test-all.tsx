import { RotateCw } from 'lucide-react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { testCost } from './acts.ts';
import styles from './providers.module.css';
import { stopTestAll, testAll, useTestRun } from './test-run.ts';

/** Tests what is shown, with progress and a way to stop. */
export function TestAll({ shown }: { readonly shown: readonly CredentialSummary[] }) {
  const run = useTestRun((store) => store.run);
  const providers = useSession((session) => session.providers);
  const start = (): void => {
    const usable = shown.filter(
      ({ state, provider }) => state === 'active' && providers.get(provider)?.enabled === true,
    );
    const costs = usable.map(({ id }) => ({ id, cost: testCost(id) })).filter(({ cost }) => cost !== null);
    const ids = costs.map(({ id }) => id);
    const costMicroUsd = costs.reduce((sum, { cost }) => sum + (cost ?? 0), 0);
    if (costMicroUsd > 0) show({ ask: { kind: 'test-cost', ids, costMicroUsd, all: true } });
    else if (ids.length > 0) void testAll(ids);
  };
  if (run !== null) {
    const progress = m.providers.testAllProgress(run.done, run.all);
    return (
      <div className={styles.testall}>
        <progress aria-label={progress} value={run.done} max={run.all} />
        <span role="status">{progress}</span>
        <Button look="ghost" onClick={stopTestAll}>
          {m.providers.testAllStop}
        </Button>
      </div>
    );
  }
  return (
    <Button look="ghost" title={m.providers.testAllHint} icon={<RotateCw size={15} aria-hidden />} onClick={start}>
      {m.providers.testAll}
    </Button>
  );
}
