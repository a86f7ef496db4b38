import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import { expiryMs } from '../../core/credentials/expiry.ts';
import type { Area } from '../caller.ts';
import { resolveAll } from '../credential-admission.ts';
import { whileConnected } from '../while-connected.ts';

/** The gate's methods. */
export function accessHandlers(app: App): Area<'access'> & Area<'grants'> {
  const { gate } = app;
  return {
    'access.requests': (_input, { connection, onClosed }) => {
      gate.approverCame(connection, onClosed);
      return gate.requests();
    },
    'access.answer': ({ id, answer }) => {
      gate.answer(id, answer);
      return {};
    },
    'access.ask': async ({ refs, form, caller }, context) => {
      const credentials = resolveAll(app, refs);
      const peer =
        context.peer === null ? null : { ...context.peer, statedPid: context.peer.statedPid ?? caller.pid ?? null };
      try {
        await whileConnected(context, (signal) =>
          gate.askAhead({ peer, credentials, form, reason: caller.reason, signal }),
        );
        return { granted: true, message: 'The owner allows it.' };
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'forbidden') throw error;
        return { granted: false, message: `${error.message} ${error.hint}`.trim() };
      }
    },
    'grants.list': () => gate.grants.list(),
    'grants.narrow': ({ id, form, expiresAt }, { actor }) =>
      gate.grants.narrow(
        id,
        form,
        expiresAt === undefined ? undefined : expiryMs(expiresAt, app.reportingZone()),
        actor,
      ),
    'grants.revoke': ({ id }, { actor }) => {
      gate.grants.revoke(id, actor);
      return {};
    },
  };
}
