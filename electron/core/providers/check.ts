import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { CheckDescriptor } from '../../../shared/provider/check.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { WayOut } from '../net/way-out.ts';
import type { Clock } from '../seams.ts';
import { runHttpCheck } from './http/http-check.ts';
import type { Verdict } from './http/interpret.ts';
import type { OwnAddress } from './own-address.ts';

/** One credential and how to test it, whatever the protocol. */
export interface AnyCheckSubject {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly check: CheckDescriptor;
  /** The credential's own base URL, or the catalogue's; empty for a kind whose `addresses` say where it goes. */
  readonly baseUrl: string;
  /** `baseUrl` is the owner's own, not one of the catalogue's. */
  readonly ownBaseUrl: boolean;
  readonly local: boolean;
  /** All filled-in fields as text. */
  readonly fields: ReadonlyMap<string, string>;
  readonly addresses: readonly OwnAddress[];
}

export interface CheckOptions {
  readonly clock: Clock;
  /** Aborting it ends the check at once and closes what it opened. */
  readonly signal: AbortSignal;
  readonly userAgent: string;
  /** Of what speaks HTTP; mail servers are asked straight. */
  readonly way: WayOut;
}

/**
 * Takes a check to the code of its protocol. The libraries of the rarer ones are loaded when first needed: a program
 * that only hands out keys never does. Rejects only with the reason of `signal`.
 */
export async function runCheck(subject: AnyCheckSubject, options: CheckOptions): Promise<Verdict> {
  const { check } = subject;
  switch (check.protocol) {
    case 'http':
      return runHttpCheck({ ...subject, check }, options);
    case 'smtp':
    case 'imap': {
      const { runMailCheck } = await import('./mail/mail-check.ts');
      return runMailCheck(subject, options);
    }
    case 'mcp_http':
    case 'mcp_stdio': {
      const { runMcpCheck } = await import('./mcp/mcp-check.ts');
      return runMcpCheck(subject, options);
    }
  }
}
