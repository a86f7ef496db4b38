import { expect, test } from 'vitest';
import { m } from '../../../renderer/i18n/messages.ts';

/** Who speaks to the window says what stands on a button, so its whole name begins with that (WCAG 2.5.3). */
test('the spoken name of a button begins with the words that stand on it', () => {
  const { anomalies, prices, explore } = { ...m.usage, explore: m.explore };
  const pairs = [
    [anomalies.show, anomalies.showNamed('OpenAI', '20 November 2026')],
    [anomalies.show, anomalies.showAt('20 November 2026')],
    [prices.add, prices.addFor('some-model')],
    [explore.save, explore.saveNamed('What fails')],
    [m.quotas.proposalEdit, m.quotas.proposalEditNamed('Month')],
    [m.quotas.proposalApply, m.quotas.proposalApplyNamed('Month')],
    [m.clients.revoke, m.clients.revokeNamed('some tool')],
    [m.providers.act.restore, m.providers.act.restoreNamed('work')],
    [m.providers.act.purge, m.providers.act.purgeNamed('work')],
  ] as const;
  for (const [shown, spoken] of pairs) expect(spoken.startsWith(shown), spoken).toBe(true);
});
