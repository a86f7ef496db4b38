import { allowsForm, DEFAULT_WEAKEST_FORM, type DeliveryForm } from '../../../shared/delivery.ts';

/** Everything that decides whether a caller gets a credential in a form. Nothing else is looked at. */
export interface AccessCase {
  /** `owner`: the owner's own command line on a trusted socket. `program`: any other program on it. */
  readonly caller: 'owner' | 'program' | 'client';
  readonly form: DeliveryForm;
  /** What the owner set for this credential; null: nothing. */
  readonly weakestForm: DeliveryForm | null;
  /** `named`: the owner named it when making the client. `remembered`: an earlier answer of the owner that still holds. */
  readonly grant: 'named' | 'remembered' | 'none';
  /** A kh_test_ token that wants a credential not made with --local. */
  readonly beyondTest: boolean;
  /** Somebody is there to be asked now. */
  readonly askable: boolean;
}

export type AccessDecision =
  | { readonly outcome: 'allow'; readonly why: 'owner' | 'named' | 'remembered' }
  | { readonly outcome: 'ask' }
  | { readonly outcome: 'deny'; readonly why: 'test-client' | 'policy' | 'default-policy' | 'nobody-there' };

const OWNER: AccessDecision = { outcome: 'allow', why: 'owner' };
const NAMED: AccessDecision = { outcome: 'allow', why: 'named' };
const REMEMBERED: AccessDecision = { outcome: 'allow', why: 'remembered' };
const ASK: AccessDecision = { outcome: 'ask' };

/**
 * The one rule of the gate. What the owner set for a credential binds everybody; the default that holds where nothing
 * was set gives way to the owner's own commands and to grants that the owner named, never to an answer in a panel.
 */
export function decideAccess(given: AccessCase): AccessDecision {
  const { caller, form, weakestForm, grant } = given;
  if (given.beyondTest) return { outcome: 'deny', why: 'test-client' };
  if (weakestForm !== null && !allowsForm(weakestForm, form)) return { outcome: 'deny', why: 'policy' };
  if (caller === 'owner') return OWNER;
  if (grant === 'named') return NAMED;
  if (weakestForm === null && !allowsForm(DEFAULT_WEAKEST_FORM, form))
    return { outcome: 'deny', why: 'default-policy' };
  if (grant === 'remembered') return REMEMBERED;
  return given.askable ? ASK : { outcome: 'deny', why: 'nobody-there' };
}
