import { ClientSheet } from '../clients/client-sheet.tsx';
import { RevokeClient } from '../clients/revoke-client.tsx';
import { OwnProviderSheet } from '../own-providers/own-provider-sheet.tsx';
import { RemoveProvider } from '../own-providers/remove-provider.tsx';
import { CredentialSheet } from '../providers/credential-sheet.tsx';
import { GuideSheet } from '../providers/guide-sheet.tsx';
import { PurgeCredential } from '../providers/purge-credential.tsx';
import { MoveCredential } from '../providers/move-credential.tsx';
import { QuotaSheet } from '../quotas/quota-sheet.tsx';
import { RemoveQuota } from '../quotas/remove-quota.tsx';
import { TestCost } from '../providers/test-cost.tsx';
import { StepUpDialog } from '../providers/step-up-dialog.tsx';
import { show, useView } from '../state/view.ts';

/** Sheets and questions; each is asked for through the view store, so that any part of the window can. */
export function Overlays() {
  const sheet = useView((view) => view.sheet);
  const ask = useView((view) => view.ask);
  const guide = useView((view) => view.guide);
  return (
    <>
      {(sheet?.kind === 'add' || sheet?.kind === 'edit') && <CredentialSheet sheet={sheet} />}
      {sheet?.kind === 'client' && <ClientSheet />}
      {sheet?.kind === 'own-provider' && <OwnProviderSheet start={sheet.start} />}
      {sheet?.kind === 'quota' && <QuotaSheet id={sheet.id} start={sheet.start} />}
      {ask?.kind === 'delete' && <MoveCredential id={ask.id} move="delete" />}
      {ask?.kind === 'purge' && <PurgeCredential id={ask.id} />}
      {ask?.kind === 'revoke-credential' && <MoveCredential id={ask.id} move="revoke" />}
      {ask?.kind === 'revoke-client' && <RevokeClient id={ask.id} />}
      {ask?.kind === 'remove-provider' && <RemoveProvider id={ask.id} />}
      {ask?.kind === 'remove-quota' && <RemoveQuota id={ask.id} />}
      {ask?.kind === 'test-cost' && <TestCost {...ask} />}
      {guide !== null && <GuideSheet id={guide} onClose={() => show({ guide: null })} />}
      <StepUpDialog />
    </>
  );
}
