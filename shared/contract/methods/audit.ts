import { auditExport, auditPage, auditPiece, auditQuery, auditSave, auditSaved, auditVerdict } from '../audit.ts';
import { BOTH, method, nothing, SOCKET, UNLOCKED, WINDOW } from '../method.ts';

/** The log of what was done. */
export const auditMethods = {
  'audit.list': method({ callers: BOTH, states: UNLOCKED, input: auditQuery, output: auditPage }),
  /** Walks the whole chain. */
  'audit.verify': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: auditVerdict }),
  'audit.export': method({ callers: SOCKET, states: UNLOCKED, input: auditExport, output: auditPiece }),
  'audit.save': method({ callers: WINDOW, states: UNLOCKED, input: auditSave, output: auditSaved }),
} as const;
