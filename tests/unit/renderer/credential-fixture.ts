import type { CredentialSummary } from '../../../shared/contract/schemas.ts';

export const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z');
const DAY_MS = 86_400_000;
export const inDays = (days: number): string => new Date(NOW_MS + days * DAY_MS).toISOString();

/** A masked summary as the core sends it; nothing in it is secret. */
export function credential(over: Partial<CredentialSummary> = {}): CredentialSummary {
  const { provider = 'openai', label = 'work' } = over;
  return {
    id: '0123456789abcdef0123456789abcdef',
    ref: `kh://${provider}/${label}`,
    provider,
    label,
    name: '',
    scope: 'user',
    authKind: 'api_key',
    state: 'active',
    version: 1,
    primary: 'api_key',
    masked: 'sk-proj-…cdef',
    fingerprint: 'feedfacefeedface',
    fields: [
      { name: 'api_key', label: 'API key', secret: true, shown: 'sk-proj-…cdef' },
      { name: 'organization', label: 'Organization', secret: false, shown: 'org-1' },
    ],
    tags: [],
    project: '',
    note: '',
    baseUrl: null,
    weakestForm: null,
    local: false,
    expiresAt: null,
    createdAt: inDays(-10),
    updatedAt: inDays(-10),
    rotatedAt: null,
    binnedAt: null,
    lastUsedAt: null,
    lastUsedBy: null,
    lastTest: null,
    ...over,
  };
}

export function tested(
  result: NonNullable<CredentialSummary['lastTest']>['result'],
): NonNullable<CredentialSummary['lastTest']> {
  return { result, latencyMs: 120, detail: '', hint: '', facts: [], checkedAt: inDays(-1) };
}
