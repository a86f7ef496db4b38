import { describe, expect, it } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { VALIDATION_RESULTS } from '../../../shared/provider/answer.ts';
import { filesHolding } from '../../support/files-holding.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { type Case, type KindCases, REQUIRED, unusedSamples } from './required-cases.ts';
import { type Peer, peerFor } from './required-peers.ts';

const CHECK_TIMEOUT_MS = 10_000;
/** Results that are no word about the key must not read like one. */
const NO_VERDICT = new Set(['provider_unavailable', 'timeout']);
const REFUSAL = /does not accept|refuses this login|has expired|no credit|quota|lacks/i;

/** Several answers in a row, for the older handshake: mcp-http.test.ts plays them. */
const PLAYED_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  mcp: ['legacy_server_rejects_modern', 'legacy_initialize_ok', 'legacy_session_gone'],
};

/** Adds the credential as the window and the command line do, and asks once. */
async function tested(t: TestApp, provider: string, kind: KindCases, one: Case, peer: Peer) {
  const { credential } = t.app.credentials.add(
    credentialInput({
      provider,
      authKind: kind.kind,
      fields: { ...kind.fields, ...peer.fields, ...one.fields },
      ...(provider === 'email' || provider === 'mcp' ? { local: kind.kind !== 'stdio' } : {}),
      ...(one.expiresAt === undefined ? {} : { expiresAt: one.expiresAt }),
    }),
    'cli',
  );
  const running = t.app.credentials.test({ id: credential.id }, false, 'cli');
  if (one.result === 'timeout') {
    await peer.asked();
    t.clock.advance(CHECK_TIMEOUT_MS);
  }
  return { id: credential.id, found: await running };
}

describe.each(REQUIRED)('$provider', ({ provider, never, kinds }) => {
  it('can give every result, or is known not to', () => {
    const shown = new Set(kinds.flatMap(({ cases }) => cases.map(({ result }) => result)));
    const missing = VALIDATION_RESULTS.filter((result) => !shown.has(result));
    expect(missing.toSorted()).toEqual(Object.keys(never).toSorted());
  });

  it('is tried with every answer that was recorded of it', () => {
    expect(unusedSamples(provider)).toEqual(PLAYED_ELSEWHERE[provider] ?? []);
  });

  const rows = kinds.flatMap((kind) => kind.cases.map((one) => ({ kind, one, name: kind.kind, ...one })));

  it.each(rows)('$name: $what is $result', async ({ kind, one }) => {
    const peer = await peerFor(provider, kind, one);
    const t = await startUnlockedApp('requests', peer.resourcesDir);
    const { id, found } = await tested(t, provider, kind, one, peer);

    expect(found.result, found.detail).toBe(one.result);
    expect(found.detail).not.toBe('');
    if (one.result !== 'valid') expect(found.hint).not.toBe('');
    if (NO_VERDICT.has(one.result)) expect(found.detail).not.toMatch(REFUSAL);
    if (one.given === 'nobody') {
      expect(found.latencyMs).toBeNull();
      expect(found.detail).toMatch(/^Nothing answers at /);
    }
    if (one.unsent) expect(peer.heard()).toBe(0);

    const shown = t.app.credentials.get({ id });
    expect(shown.lastTest).toMatchObject({ result: found.result, detail: found.detail, hint: found.hint });
    const audit = readAudit(t.app.vault.opened(), { limit: 50 });
    expect(audit.find(({ action }) => action === 'credential.test')).toMatchObject({
      result: one.result === 'valid' ? 'ok' : 'failed',
      meta: { outcome: one.result },
    });

    const secrets = [...kind.secrets, ...Object.values(one.fields ?? {}), ...peer.gave];
    const told = JSON.stringify([found, shown, audit, t.heard, t.app.credentials.list({})]);
    for (const secret of secrets) expect(told).not.toContain(JSON.stringify(secret).slice(1, -1));
    expect(filesHolding(t.home, secrets)).toEqual([]);
  });
});
