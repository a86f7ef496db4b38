import type { DeliveryProblem } from './contract/notifications.ts';

/** Why a receiver did not take a message, in the window and on the command line. */
export const PROBLEM_WORDS: Readonly<Record<DeliveryProblem, string>> = {
  status: 'answered with another status than 2xx',
  redirect: 'answered with a redirect, which is not followed',
  timeout: 'did not answer in time',
  name: 'the name does not exist',
  offline: 'this computer was offline',
  refused: 'nobody listens there',
  certificate: 'its certificate is not good',
  broken: 'the connection broke',
  'outbound-proxy': 'the outbound proxy did not let it through',
  address: 'the address may not be reached',
  secret: 'its address or secret did not open, so nothing was sent',
};
