import type { Output, ParsedInput } from '../../shared/contract/methods.ts';
import { AppError } from '../../shared/errors.ts';
import { formatReference, parseReference } from '../../shared/reference.ts';
import type { App } from '../core/app.ts';
import { lentRoute } from '../core/endpoint/lent-route.ts';
import { authKindOf } from '../core/providers/catalogue.ts';
import type { CallContext } from './caller.ts';
import { admitByReference } from './credential-admission.ts';

type Core = Pick<App, 'credentials' | 'endpoint' | 'evidence' | 'gate' | 'loans' | 'providers'>;

/**
 * Lends a token to the child of this connection. It ends with the connection, with the lock, or when the owner revokes it.
 * @throws AppError `conflict` while the endpoint is off or where the caller is gone; `key_not_found`; `forbidden`;
 * `unsupported` for what is not forwarded.
 */
export async function lend(
  app: Core,
  input: ParsedInput<'clients.lend'>,
  context: CallContext,
): Promise<Output<'clients.lend'>> {
  port(app); // before the owner is asked
  const asked = input.refs.map((ref) => ({ ref, ...wholeReference(ref) }));
  // Looked up first: from the gate's answer to the loan nothing is waited for in which a credential could become another.
  const project = context.peer === null ? null : (await app.evidence.ofPeer(context.peer)).folder;
  await admitByReference(app, [...new Set(asked.map(({ whole }) => whole))], 'token', context);
  const endpoint = `http://127.0.0.1:${port(app)}`;
  const found = asked.map(({ ref, provider, label }) => {
    const { id } = app.credentials.resolve(provider, label);
    const descriptor = app.providers.catalogue.get(provider);
    const credential = app.credentials.get({ id });
    return { ref, provider: descriptor, kind: authKindOf(descriptor, credential.authKind), credential };
  });
  const keys = new Map(asked.map(({ whole, provider, label }) => [whole, { provider, label }]));
  // Made with any token first: what cannot be forwarded is told before there is a token.
  for (const each of found) lentRoute({ ...each, endpoint, token: '' });
  const { id, token } = app.loans.lend(input.name, [...keys.values()], context.actor, project ?? '');
  let isGone = false;
  context.onClosed(() => {
    isGone = true;
    app.loans.end(id, 'returned');
  });
  if (isGone) throw new AppError('conflict', 'The caller is gone. Nothing was lent.');
  return { token, endpoint, routes: found.map((each) => lentRoute({ ...each, endpoint, token })) };
}

/** What a reference names as a whole. @throws AppError `invalid_input` for a field or a version of it. */
function wholeReference(ref: string): { readonly provider: string; readonly label: string; readonly whole: string } {
  const { provider, label, field, version } = parseReference(ref);
  if (field === null && version === null) return { provider, label, whole: formatReference({ provider, label }) };
  throw new AppError(
    'invalid_input',
    'Only a whole credential is lent, not one of its fields or versions. Nothing was started.',
    'Use a reference like kh://openai/work.',
  );
}

function port({ endpoint }: Pick<Core, 'endpoint'>): number {
  const status = endpoint.status();
  if (status.port !== null) return status.port;
  throw new AppError(
    'conflict',
    'The endpoint is off, so calls cannot be forwarded. Nothing was started.',
    'Switch it on: keyharbor endpoint on',
  );
}
