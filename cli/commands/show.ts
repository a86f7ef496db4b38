import type { Command } from 'commander';
import type { CredentialDetail } from '../../shared/contract/schemas.ts';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { printJson, write } from '../output.ts';
import { pairs, table, terminalWidth } from '../table.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

async function show(ref: string, options: { readonly json?: boolean }): Promise<void> {
  parseReference(ref);
  const agent = await connectAgent();
  const credential = await agent.call('credentials.get', { target: { ref } });
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) return printJson(credential);
  write(describeCredential(credential, zone));
  remarkOfZone(zone);
}

/** Metadata and masked fields for people. @param zone - in which its times are told (IANA name). */
function describeCredential(credential: CredentialDetail, zone: string): string {
  const time = (moment: string | null): string => momentIn(zone, moment);
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
    ['Expires', credential.expiresAt === null ? null : time(credential.expiresAt)],
    ['Added', time(credential.createdAt)],
    ['Changed', time(credential.updatedAt)],
    ['Binned', credential.binnedAt === null ? null : time(credential.binnedAt)],
    ['Last used', credential.lastUsedAt === null ? 'never' : used(credential, zone)],
    ['Last test', lastTest === null ? 'never' : `${lastTest.result}, ${time(lastTest.checkedAt)}. ${lastTest.detail}`],
    ['Note', credential.note],
  ]);
  const fields = credential.fields.map(({ name, label, shown }) => [name, label, shown]);
  const versions = credential.versions.map(({ version, state, fingerprint, createdAt }) => [
    version === credential.version ? `${version} (current)` : String(version),
    state,
    fingerprint,
    time(createdAt),
  ]);
  const width = terminalWidth();
  const fieldTable = table(['FIELD', 'WHAT', 'VALUE'], fields, width);
  return `${facts}\n${fieldTable}\n${table(['VERSION', 'STATE', 'FINGERPRINT', 'MADE'], versions, width)}`;
}

function used({ lastUsedAt, lastUsedBy }: CredentialDetail, zone: string): string {
  return `${momentIn(zone, lastUsedAt)}${lastUsedBy === null ? '' : ` by ${lastUsedBy}`}`;
}

export function register(program: Command): void {
  program
    .command('show')
    .description('show everything about a credential but its secret')
    .argument('<ref>', 'kh://PROVIDER/LABEL')
    .option('--json', 'as JSON')
    .action(show);
}
