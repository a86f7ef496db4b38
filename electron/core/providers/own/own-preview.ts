import type { ProviderPreview } from '../../../../shared/contract/schemas.ts';
import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import { catalogueBase } from '../place.ts';
import { checkFor, dearestCheck } from '../catalogue.ts';

type Kind = ProviderPreview['kinds'][number];

function sends(placement: AuthKindDescriptor['send'][number]): string {
  switch (placement.where) {
    case 'header':
      return `header ${placement.name}: ${placement.value}`;
    case 'query':
      return `in the URL, as ${placement.name}`;
    case 'path':
      return `in the path: ${placement.prefix}`;
    case 'basic':
      return 'user and password (HTTP Basic)';
    case 'body':
      return `in the body, as ${placement.name}`;
    case 'sigv4':
      return `a signature (AWS Signature Version 4, ${placement.service})`;
    case 'url':
      return 'as the URL itself';
  }
}

function hostOf(base: string): string {
  return /^https?:\/\/([^/]+)/.exec(base)?.[1] ?? base;
}

function kindPreview(provider: ProviderDescriptor, kind: AuthKindDescriptor): Kind {
  const place = kind.address.length > 0 ? '' : (catalogueBase({ provider, kind }) ?? '');
  const check = checkFor(provider, kind.kind);
  return {
    kind: kind.kind,
    label: kind.label,
    place,
    local: kind.local,
    sends: kind.send.map(sends),
    environment: kind.environment.flatMap((each) => each.names.slice(0, 1)),
    check:
      check === undefined
        ? null
        : {
            id: check.id,
            request: check.protocol === 'http' ? `${check.method} ${place}${check.path}` : `${check.protocol} sign-in`,
            costMicroUsd: dearestCheck(provider, kind.kind) ?? check.costMicroUsd,
            proves: check.proves,
          },
  };
}

/** What people should know before they agree to a descriptor. */
function warningsOf(provider: ProviderDescriptor, kinds: readonly Kind[], moves: number): ProviderPreview['warnings'] {
  const warnings: ProviderPreview['warnings'] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  if (moves > 0) {
    const them = moves === 1 ? 'One credential' : `${moves} credentials`;
    warn('moves', `${them} that you keep would go to another address, and clients lose their grants on them.`);
  }
  if (kinds.some((kind) => kind.place.startsWith('http://'))) {
    warn('plain_http', 'Keys would travel without encryption, to this computer or network only.');
  }
  if (kinds.some((kind) => kind.place.includes('{'))) {
    warn('field_host', 'A field of each credential is part of the address.');
  }
  if (kinds.some((kind) => kind.place === '')) {
    warn('own_place', 'Each credential says by itself where it goes.');
  }
  if (kinds.some((kind) => kind.check === null)) warn('no_check', 'There is no free way to test a key of it.');
  if (kinds.some((kind) => (kind.check?.costMicroUsd ?? 0) > 0)) warn('cost', 'A test of a key costs money.');
  if (kinds.some((kind) => kind.sends.some((each) => each.startsWith('in the URL')))) {
    warn('in_url', 'The key is part of the URL, which servers on the way may write down.');
  }
  if (provider.baseUrl.versions.some((version) => !version.enabled)) {
    warn('version_off', 'A version of the API is off and is not called.');
  }
  return warnings;
}

export function previewOf(
  provider: ProviderDescriptor,
  now: { readonly hash: string; readonly replaces: boolean; readonly moves: number; readonly credentials: number },
): ProviderPreview {
  const kinds = provider.auth.map((kind) => kindPreview(provider, kind));
  const places = [...kinds.map((kind) => kind.place), ...provider.baseUrl.choices.map((choice) => choice.url)];
  return {
    ...now,
    id: provider.id,
    name: provider.name,
    category: provider.category,
    hosts: [...new Set(places.filter((place) => place !== '').map(hostOf))],
    kinds,
    versions: provider.baseUrl.versions.map(({ name, path, enabled }) => ({ name, path, enabled })),
    warnings: warningsOf(provider, kinds, now.moves),
  };
}
