import { AppError } from '../../../shared/errors.ts';
import { grantCovers } from '../../../shared/grant.ts';
import { DEFAULT_LABEL } from '../../../shared/reference.ts';
import type { VerifiedClient } from './clients.ts';
import type { CredentialSource } from './deps.ts';

const MAX_LABELS = 20;

interface WantedKey {
  readonly client: Pick<VerifiedClient, 'grants' | 'kind'>;
  readonly grant: 'proxy' | 'keys:read';
  readonly provider: string;
  readonly label: string;
}

/**
 * Nothing is served under a name that the client's grants cover: says what stands in the way, or which of the keys that
 * it may use are there. It learns of no other.
 */
function noSuchKey(credentials: Pick<CredentialSource, 'list'>, wanted: WantedKey): AppError {
  const { client, grant, provider, label } = wanted;
  const within = credentials
    .list({ provider })
    .filter(
      (each) =>
        (client.kind === 'live' || each.local) &&
        client.grants.some((held) => grantCovers(held, grant, provider, each.label)),
    );
  const own = within.find((each) => each.label === label && each.state !== 'binned');
  const ref = `kh://${provider}/${label}`;
  if (own?.state === 'suspended') {
    return notFound('This key is suspended.', `The owner can take it up again: keyharbor reinstate ${ref}`);
  }
  if (own?.state === 'revoked') {
    return notFound('This key was revoked.', 'Ask the owner which other one to use.');
  }
  const what =
    label === DEFAULT_LABEL
      ? `There is no key of ${provider} labelled "default", which is the one meant where no label is named.`
      : `There is no key of ${provider} with this label.`;
  const labels = [...new Set(within.filter(({ state }) => state === 'active').map((each) => each.label))];
  const [first] = labels;
  if (first === undefined) {
    const option = label === DEFAULT_LABEL ? '' : ' --label LABEL';
    return notFound(what, `The owner can add it: keyharbor add ${provider}${option}`);
  }
  const path = grant === 'proxy' ? `/proxy/${provider}@${first}/…` : `/v1/keys/${provider}/${first}`;
  return notFound(what, `Labels that this client may use: ${labels.slice(0, MAX_LABELS).join(', ')}. Write ${path}`);
}

const notFound = (message: string, hint: string): AppError => new AppError('key_not_found', message, hint);

/** `error` in these words, where it says no more than that nothing is served. */
export function explained(credentials: Pick<CredentialSource, 'list'>, error: unknown, wanted: WantedKey): unknown {
  const isBare = error instanceof AppError && error.code === 'key_not_found' && error.hint === '';
  return isBare ? noSuchKey(credentials, wanted) : error;
}
