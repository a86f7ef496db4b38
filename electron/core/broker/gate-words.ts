import type { DeliveryForm } from '../../../shared/delivery.ts';
import { AppError } from '../../../shared/errors.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { AccessDecision } from './policy.ts';

/** What a caller is told where the gate says no. It must be able to see from it alone what to do. */

export type DenialReason = Extract<AccessDecision, { outcome: 'deny' }>['why'] | 'window-locked';

const IN_WORDS: Readonly<Record<DeliveryForm, string>> = {
  proxy: 'calls of your clients through the proxy',
  token: 'tokens of one child (run --proxy)',
  environment: 'the environment of one child (run)',
  value: 'the value itself',
};

export function clientDenial(why: DenialReason, credential: ResolvedCredential, form: 'proxy' | 'value'): AppError {
  const grant = `${form === 'proxy' ? 'proxy' : 'keys:read'}:${credential.provider}/${credential.label}`;
  const byGrant = `The owner can make a client that has it: keyharbor client add NAME --grant ${grant}`;
  switch (why) {
    case 'test-client':
      return new AppError(
        'forbidden',
        'A kh_test_ token reaches only credentials made with --local.',
        'Use a client made without --test, or add a credential with --base-url and --local.',
      );
    case 'policy':
      return beyondPolicy(credential, form);
    case 'default-policy':
      return new AppError('forbidden', `This client lacks the grant ${grant}.`, byGrant);
    case 'nobody-there':
      return new AppError(
        'forbidden',
        `This client lacks the grant ${grant}, and nobody is there to be asked for it.`,
        `${byGrant} – or run "keyharbor approve" in a terminal, then try again.`,
      );
    case 'window-locked':
      return new AppError(
        'forbidden',
        `This client lacks the grant ${grant}, and the window is locked: nobody can be asked for it.`,
        `Unlock the window, then try again. ${byGrant}`,
      );
  }
}

export function programDenial(why: DenialReason, credential: ResolvedCredential, form: DeliveryForm): AppError {
  switch (why) {
    case 'policy':
    case 'test-client':
      return beyondPolicy(credential, form);
    case 'default-policy':
      return new AppError(
        'forbidden',
        'The value itself is not handed out on a question. Nothing was handed out.',
        'Ask for a safer form: the environment of one child, or calls through the proxy.',
      );
    case 'nobody-there':
      return new AppError(
        'forbidden',
        'Nobody is there to be asked for this credential. Nothing was handed out.',
        'Run "keyharbor approve" in a terminal, then try again; or make a client with a grant: keyharbor client add NAME --grant GRANT',
      );
    case 'window-locked':
      return new AppError(
        'forbidden',
        'The window is locked, so nobody can be asked. Nothing was handed out.',
        'Unlock the window, then try again.',
      );
  }
}

/** @param canAsk - whether a question could have been put to somebody. */
export function ownerDenial(canAsk: 'window-locked' | 'nobody-there' | 'not-by-asking'): AppError {
  const unlock = 'Run "keyharbor unlock" in this terminal: the password lets it in until the vault locks';
  switch (canAsk) {
    case 'not-by-asking':
      return new AppError(
        'forbidden',
        'Only a terminal that was let in may answer for the owner. Nothing was done.',
        `${unlock}.`,
      );
    case 'window-locked':
      return new AppError(
        'forbidden',
        'The window is locked, and this terminal was not let in. Nothing was done.',
        'Unlock the window, then try again.',
      );
    case 'nobody-there':
      return new AppError(
        'forbidden',
        'This terminal was not let in by the owner, and nobody is there to be asked. Nothing was done.',
        `${unlock}. The setting "ask terminals" says which ones are asked about.`,
      );
  }
}

/** What the form that is allowed looks like in use. */
function insteadOf({ provider, label, weakestForm }: ResolvedCredential): string {
  const ref = `kh://${provider}/${label}`;
  switch (weakestForm) {
    case 'proxy':
      return `Give the tool a client's token and the proxy's address: keyharbor client add NAME --grant proxy:${provider}/${label}.`;
    case 'token':
      return `Use it that way: keyharbor run --proxy --env NAME=${ref} -- COMMAND.`;
    case 'environment':
      return `Use it that way: keyharbor run --env NAME=${ref} -- COMMAND.`;
    case 'value':
    case null:
      return ''; // there is no weaker one
  }
}

function beyondPolicy(credential: ResolvedCredential, form: DeliveryForm): AppError {
  const { provider, label, weakestForm } = credential;
  const ref = `kh://${provider}/${label}`;
  if (form === 'token') {
    return new AppError(
      'forbidden',
      `The owner lets ${provider}/${label} be used only by clients that were made for it. "run --proxy" would make up a token for its child, which is the next weaker form. Nothing was started.`,
      `Allow it, the key itself still stays in Keyharbor: keyharbor edit ${ref} --weakest-form token. Or: ${insteadOf(credential)}`,
    );
  }
  const allowed = weakestForm === null ? '' : IN_WORDS[weakestForm];
  return new AppError(
    'forbidden',
    `The owner lets ${provider}/${label} go no further than ${allowed}. Nothing was handed out.`,
    `${insteadOf(credential)} The owner can let it go further: keyharbor edit ${ref} --weakest-form ${form}`,
  );
}

export const lockedMeanwhile = (): AppError =>
  new AppError(
    'vault_locked',
    'The vault was locked before the owner answered. Nothing was handed out.',
    'Unlock it, then try again.',
  );

export const clientGone = (): AppError =>
  new AppError(
    'forbidden',
    'This client was revoked or changed meanwhile. Nothing was handed out.',
    'Ask the owner for a token.',
  );

export const nobodyLeft = (): AppError =>
  new AppError(
    'forbidden',
    'Nobody is there to answer any more. Nothing was handed out.',
    'Run "keyharbor approve" in a terminal, then try again.',
  );
