import type { NewNotice } from './notice-table.ts';

/**
 * What the inbox tells of a panic: one line, however many clients it was. It is unread also where the owner did it in the
 * window: what is left to do comes after the next unlock, and whoever unlocks may not have been there.
 * @param clients - how many lost their access.
 */
export function panicNotice(clients: number): NewNotice {
  const isOff = 'The endpoint and all webhooks are off.';
  return {
    kind: 'client.revoked',
    severity: 'warning',
    title: TITLES[clients] ?? `${clients} clients lost their access by a panic.`,
    detail:
      clients === 0
        ? `${isOff} Switch on what you need.`
        : `${isOff} Make new tokens for the clients that you trust, and switch on what you need.`,
    link: { to: 'clients' },
  };
}

const TITLES: readonly string[] = [
  'A panic ended all access; no client had any.',
  'One client lost its access by a panic.',
];
