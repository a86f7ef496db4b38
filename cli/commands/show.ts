import type { Command } from 'commander';
import type { CredentialDetail } from '../../shared/contract/schemas.ts';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { printJson, write } from '../output.ts';
import { localTime, pairs, table, terminalWidth } from '../table.ts';
import { endIn, zoneOf } from '../zone-times.ts';

async function show(ref: string, options: { readonly json?: boolean }): Promise<void> {
  parseReference(ref);
  const agent = await connectAgent();
  const credential = await agent.call('credentials.get', { target: { ref } });
  const zone = credential.expiresAt === null || options.json ? '' : await zoneOf(agent);
  agent.close();
  if (options.json) printJson(credential);
  else write(describeCredential(credential, zone));
}

/** Metadata and masked fields for people. @param zone - whose days its end is told in (IANA name). */
function describeCredential(credential: CredentialDetail, zone: string): string {
  const { lastTest } = credential;
  const facts = pairs([
    ['Reference', credential.ref],
    ['Name', credential.name],
    ['State', credential.state],
    ['Scope', credential.scope],
    ['Auth', credential.authKind],
    ['Fingerprint', credential.fingerprint],
    ['Base URL', credential.baseUrl === null ? null : `${credential.baseUrl}${credential.local ? ' (local)' : ''}`],
    ['Given out as', credential.weakestForm === null ? null : `${credential.weakestForm}, or safer`],
    ['Tags', credential.tags.join(', ')],
    ['Project', credential.project],
    ['Expires', credential.expiresAt === null ? null : endIn(zone, credential.expiresAt)],
    ['Added', localTime(credential.createdAt)],
    ['Changed', localTime(credential.updatedAt)],
    ['Binned', credential.binnedAt === null ? null : localTime(credential.binnedAt)],
    ['Last used', credential.lastUsedAt === null ? 'never' : used(credential)],
    [
      'Last test',
      lastTest === null ? 'never' : `${lastTest.result}, ${localTime(lastTest.checkedAt)}. ${lastTest.detail}`,
    ],
    ['Note', credential.note],
  ]);
  const fields = credential.fields.map(({ name, label, shown }) => [name, label, shown]);
  const versions = credential.versions.map(({ version, state, fingerprint, createdAt }) => [
    version === credential.version ? `${version} (current)` : String(version),
    state,
    fingerprint,
    localTime(createdAt),
  ]);
  const width = terminalWidth();
  const fieldTable = table(['FIELD', 'WHAT', 'VALUE'], fields, width);
  return `${facts}\n${fieldTable}\n${table(['VERSION', 'STATE', 'FINGERPRINT', 'MADE'], versions, width)}`;
}

function used({ lastUsedAt, lastUsedBy }: CredentialDetail): string {
  return `${localTime(lastUsedAt)}${lastUsedBy === null ? '' : ` by ${lastUsedBy}`}`;
}

export function register(program: Command): void {
  program
    .command('show')
    .description('show everything about a credential but its secret')
    .argument('<ref>', 'kh://PROVIDER/LABEL')
    .option('--json', 'as JSON')
    .action(show);
}
