import { formatGrant, type Grant, grantCovers } from '../../../shared/grant.ts';

/** A credential that goes to another place than when its grants were given. */
export interface MovedCredential {
  /** 32 hex characters. */
  readonly id: string;
  readonly provider: string;
  /** The label it had and the one it has. */
  readonly labels: readonly string[];
  /** Labels of the provider's other credentials. */
  readonly others: readonly string[];
}

/** What a client token can hold; a grant on all labels of a provider is not spelt out beyond that. */
const MAX_GRANTS = 256;

function isAbout(grant: Grant, { provider, labels }: MovedCredential): boolean {
  return 'provider' in grant && labels.some((label) => grantCovers(grant, grant.kind, provider, label));
}

/**
 * What is left of a client's grants once a credential moved (SECURITY-DESIGN.md sections 2.1 and 7.1). A grant that
 * names it is gone. A grant on all labels of its provider becomes one for each other credential there is: the owner
 * gave it for what was there, so the moved one is given again by name. `keys:list` alone would show more than it did
 * beside named grants, so it goes with the last of them.
 */
export function grantsLeft(grants: readonly Grant[], moved: MovedCredential): Grant[] {
  const kept = new Map<string, Grant>();
  for (const grant of grants) {
    const left =
      !('provider' in grant) || !isAbout(grant, moved)
        ? [grant]
        : grant.label !== null
          ? []
          : moved.others.map((label) => ({ ...grant, label }));
    for (const each of left) kept.set(formatGrant(each), each);
  }
  const left = [...kept.values()].slice(0, MAX_GRANTS);
  const hadNamed = grants.some((grant) => 'provider' in grant);
  const hasNamed = left.some((grant) => 'provider' in grant);
  return hadNamed && !hasNamed ? left.filter((grant) => grant.kind !== 'keys:list') : left;
}

export function losesGrants(grants: readonly Grant[], moved: MovedCredential): boolean {
  return grants.some((grant) => isAbout(grant, moved));
}
