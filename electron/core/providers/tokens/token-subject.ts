import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import type { TokenDescriptor, TokenUrl } from '../../../../shared/provider/token.ts';
import type { WayOut } from '../../net/way-out.ts';
import type { Clock } from '../../seams.ts';
import { fillTemplate } from '../catalogue.ts';
import type { Verdict } from '../http/interpret.ts';

/** One credential whose access token is to be got. */
export interface TokenSubject<Grant extends TokenDescriptor = TokenDescriptor> {
  readonly provider: ProviderDescriptor;
  readonly authKind: AuthKindDescriptor;
  readonly token: Grant;
  /** What paths of the catalogue are joined to, where the tokens come from the API itself. */
  readonly baseUrl: string;
  /** One exact loopback or private address. */
  readonly local: boolean;
  /** A filled-in field, or its default. */
  readonly value: (field: string) => string | undefined;
}

export interface TokenOptions {
  readonly clock: Clock;
  /** Aborting it makes the request reject with the signal's reason. */
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly way: WayOut;
}

/** What is to be kept: fields by name, the access token among them. */
export type TokenOutcome =
  | {
      readonly kind: 'tokens';
      readonly secrets: ReadonlyMap<string, string>;
      /** UTC epoch milliseconds; null where the provider names no end. */
      readonly expiresAtMs: number | null;
    }
  | { readonly kind: 'failed'; readonly verdict: Verdict };

export const failed = (verdict: Verdict): TokenOutcome => ({ kind: 'failed', verdict });

/** A sign-in that could not begin, as the result of a test has it. */
export class SignInRefused extends Error {
  readonly verdict: Verdict;

  constructor(verdict: Verdict) {
    super('refused');
    this.verdict = verdict;
  }
}

/** Token endpoints come from the catalogue alone; a public field fills one segment of the path. */
export function tokenEndpoint(tokenUrl: TokenUrl, value: TokenSubject['value']): string {
  const template = typeof tokenUrl === 'string' ? tokenUrl : (tokenUrl.urls[value(tokenUrl.field) ?? ''] ?? '');
  return fillTemplate(template, (name) => encodeURIComponent(value(name) ?? ''));
}
