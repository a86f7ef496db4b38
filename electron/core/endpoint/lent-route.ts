import type { Output } from '../../../shared/contract/methods.ts';
import type { CredentialDetail } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { DEFAULT_LABEL } from '../../../shared/reference.ts';
import { placeholderKey } from './placeholder-key.ts';

type LentRoute = Output<'clients.lend'>['routes'][number];

interface Lent {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
  readonly credential: Pick<CredentialDetail, 'label' | 'fields'>;
  /** The reference as it was asked for. */
  readonly ref: string;
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly token: string;
}

/**
 * How a child reaches one credential through the proxy. The proxy's path stands for the provider's whole base URL, its
 * version included, as the official SDK has it. Where a provider's tools know no variable for another address they are
 * given no key either: they would send it to the provider.
 * @throws AppError `unsupported` for what does not speak HTTP.
 */
export function lentRoute({ provider, kind, credential, ref, endpoint, token }: Lent): LentRoute {
  if (kind.address.length > 0) {
    throw new AppError(
      'unsupported',
      `${provider.name} is not reached by plain HTTP calls, so they cannot be forwarded. Nothing was started.`,
      'Use "keyharbor run" without --proxy.',
    );
  }
  const { label } = credential;
  const url = `${endpoint}/proxy/${provider.id}${label === DEFAULT_LABEL ? '' : `@${label}`}`;
  const [usual] = provider.baseUrl.environment;
  const base = usual ?? `${provider.id.toUpperCase().replaceAll('-', '_')}_BASE_URL`;
  const environment = [{ name: base, value: url, secret: false }];
  for (const { field, names } of kind.environment) {
    const [name] = names;
    if (name === undefined || name === base) continue;
    if (field === kind.primary) {
      if (usual !== undefined) environment.push({ name, value: placeholderKey(kind, token), secret: true });
      continue;
    }
    const isSecret = kind.fields.find((each) => each.name === field)?.secret ?? true;
    const shown = credential.fields.find((each) => each.name === field && !each.secret)?.shown;
    if (!isSecret && shown !== undefined && shown !== '') environment.push({ name, value: shown, secret: false });
  }
  return { ref, provider: provider.id, url, environment };
}
