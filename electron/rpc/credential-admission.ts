import type { DeliveryForm } from '../../shared/delivery.ts';
import { AppError } from '../../shared/errors.ts';
import { parseReference } from '../../shared/reference.ts';
import type { App } from '../core/app.ts';
import type { ResolvedCredential } from '../core/credentials/types.ts';
import type { CallContext } from './caller.ts';
import { whileConnected } from './while-connected.ts';

type Core = Pick<App, 'credentials' | 'gate'>;

/** Each credential that the references name, once. @throws AppError `key_not_found`, `invalid_input`. */
export function resolveAll({ credentials }: Pick<Core, 'credentials'>, refs: readonly string[]): ResolvedCredential[] {
  const resolved = refs.map((ref) => {
    const { provider, label } = parseReference(ref);
    return credentials.resolve(provider, label);
  });
  return [...new Map(resolved.map((each) => [each.id, each])).values()];
}

/**
 * Lets the gate decide about what a program on the socket asks for by reference. What is not there is left to the act
 * itself, whose words help the owner more. After a wait the references must still mean what the owner said yes to.
 * @throws AppError `forbidden`, `vault_locked`, `conflict`.
 */
export async function admitByReference(
  app: Core,
  refs: readonly string[],
  form: DeliveryForm,
  context: CallContext,
): Promise<void> {
  const there = (): ResolvedCredential[] => resolveThere(app, refs);
  const credentials = there();
  const admitted = await whileConnected(context, async (signal) => {
    const waiting = app.gate.admitProgram({ peer: context.peer, credentials, form, reason: '', signal });
    await waiting;
    return waiting !== null;
  });
  if (!admitted) return;
  const ids = new Set(credentials.map(({ id }) => id));
  if (there().every(({ id }) => ids.has(id))) return;
  throw new AppError('conflict', 'A credential was changed meanwhile. Nothing was handed out.', 'Try again.');
}

function resolveThere(app: Core, refs: readonly string[]): ResolvedCredential[] {
  return refs.flatMap((ref) => {
    try {
      return resolveAll(app, [ref]);
    } catch (error) {
      if (error instanceof AppError && (error.code === 'key_not_found' || error.code === 'invalid_input')) return [];
      throw error;
    }
  });
}
