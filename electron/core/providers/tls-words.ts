import type { TlsProblem } from '../net/unreachable.ts';

const STANDING_BETWEEN = 'Something may be standing between. Certificate checks cannot be turned off.';
const WORDS: Readonly<Record<TlsProblem, readonly [what: string, hint: string]>> = {
  untrusted: [
    'has no certificate that this computer trusts for its name',
    'Where a company’s own authority signs here, name it in Settings, Endpoint. Else something may be standing between.',
  ],
  other_name: ['has a certificate for another name', `Check the address. ${STANDING_BETWEEN}`],
  out_of_date: [
    'has a certificate that is out of date',
    'Check the clock of this computer; else whoever runs the server has to renew it.',
  ],
  no_tls: ['does not speak TLS on this port', 'Check the port. Plain http is only for local servers.'],
  too_old: ['offers no TLS 1.2 or newer', 'Whoever runs the server has to update it.'],
};

/** Why no encrypted connection came about, for people. @param secret - what was therefore not sent. */
export function tlsWords(problem: TlsProblem | undefined, secret: 'key' | 'token') {
  const [what, hint] = WORDS[problem ?? 'untrusted'];
  return { detail: `The server ${what}. The ${secret} was not sent.`, hint };
}
