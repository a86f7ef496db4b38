import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppError } from '../../../shared/errors.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { CredentialSource } from '../endpoint/deps.ts';
import type { RequestHead } from '../endpoint/request-head.ts';
import type { Clock } from '../seams.ts';
import type { CallOutcome, ProxyObservers } from './observers.ts';
import type { ProxySettings } from './settings.ts';
import type { ProxyTarget } from './target.ts';
import type { UpstreamPools } from './upstream-pools.ts';
import type { Upstreams } from './upstream.ts';

/** A request of a client whose token was checked. */
export interface ProxyAsked {
  readonly client: VerifiedClient;
  readonly target: ProxyTarget;
  readonly head: RequestHead;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** What one call works with. */
export interface ProxyDeps {
  readonly clock: Clock;
  readonly credentials: Pick<CredentialSource, 'resolve' | 'openFields' | 'prepareId' | 'renewId' | 'list'>;
  readonly upstreams: Upstreams;
  readonly pools: UpstreamPools;
  readonly observers: ProxyObservers;
  readonly userAgent: string;
  readonly settings: () => ProxySettings;
  readonly isGranted: (client: VerifiedClient, provider: string, label: string) => boolean;
  readonly refuseGrant: (client: VerifiedClient, provider: string, label: string) => AppError;
  /** null: it may, now. @throws AppError where it may not; the promise rejects with it. */
  readonly admit: (asked: ProxyAsked, credential: ResolvedCredential) => Promise<void> | null;
  /** The audit log and "last used". */
  readonly noteUse: (client: VerifiedClient, credential: ResolvedCredential) => void;
  readonly count: (provider: string, outcome: CallOutcome) => void;
  /** Until `over` nothing was sent: a lock tells the call so instead of cutting it. */
  readonly waits: (response: ServerResponse, over: Promise<void>) => void;
}
