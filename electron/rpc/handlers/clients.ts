import { AppError } from '../../../shared/errors.ts';
import { formatGrant, parseGrant } from '../../../shared/grant.ts';
import type { App } from '../../core/app.ts';
import { expiryMs, toTimestamp } from '../../core/credentials/expiry.ts';
import type { Area } from '../caller.ts';
import { lend } from '../lend.ts';

export function clientHandlers(app: App): Area<'clients'> {
  const { clients, loans, providers, confirm } = app;
  return {
    'clients.list': () => [...loans.list(), ...clients.list()],
    'clients.create': async (input, { actor, caller }) => {
      for (const grant of input.grants.map(parseGrant)) {
        if ('provider' in grant) providers.catalogue.get(grant.provider); // throws where there is none
      }
      // A page may be led astray: what it asks for is shown outside of it, in full (SECURITY-DESIGN.md T6).
      if (caller === 'window') {
        const grants = input.grants.map((grant) => formatGrant(parseGrant(grant)));
        const agreed = await confirm({
          title: 'Create a client token?',
          message: `“${input.name}” would be allowed, for ${days(input.expiresInDays)}:`,
          detail: grants.join('\n'),
          accept: 'Create token',
        });
        if (!agreed) throw new AppError('forbidden', 'The client token was declined. Nothing was created.');
      }
      return clients.create(input, actor);
    },
    'clients.narrow': ({ expiresAt: end, ...input }, { actor }) => {
      const expiresAt = end === undefined ? {} : { expiresAt: toTimestamp(expiryMs(end, app.reportingZone())) };
      return clients.narrow({ ...input, ...expiresAt }, actor);
    },
    'clients.rotate': ({ client }, { actor }) => clients.rotate(client, actor),
    'clients.lend': (input, context) => lend(app, input, context),
    'clients.revoke': ({ client }, { actor }) => loans.revoke(client) ?? clients.revoke(client, actor),
  };
}

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);
