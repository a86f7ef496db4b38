import type { Command } from 'commander';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { PROVIDER_ID_PATTERN } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { findProvider } from '../find-provider.ts';
import { note, printJson, write } from '../output.ts';
import { fittingTable, terminalWidth } from '../table.ts';
import { tellLeftOut } from '../usage-format.ts';
import { momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

const STATES = ['active', 'suspended', 'revoked', 'binned'] as const;

interface Options {
  readonly provider?: string;
  readonly state?: string;
  readonly json?: boolean;
}

async function list(options: Options): Promise<void> {
  const { provider } = options;
  const state = STATES.find((known) => known === options.state);
  if (options.state !== undefined && state === undefined)
    throw usage('This state is not known.', `States: ${STATES.join(', ')}.`);
  if (provider !== undefined && !PROVIDER_ID_PATTERN.test(provider))
    throw usage('This is no provider id.', 'See "keyharbor providers".');
  const agent = await connectAgent();
  const found = await agent.call('credentials.list', {
    ...(provider === undefined ? {} : { provider }),
    ...(state === undefined ? {} : { state }),
  });
  // Nothing of a provider that there is, or a word mistyped.
  if (found.length === 0 && provider !== undefined) findProvider(await agent.call('providers.list', {}), provider);
  const areShown = found.length > 0 && options.json !== true;
  const zone = areShown ? await zoneOf(agent) : null;
  agent.close();
  if (options.json) return printJson(found);
  if (zone !== null) {
    const { text, leftOut } = fittingTable(
      HEADING,
      found.map((one) => row(one, zone)),
      terminalWidth(),
      NARROW,
    );
    write(text);
    tellLeftOut(leftOut, '--json');
    return remarkOfZone(zone);
  }
  const filtered = provider !== undefined || state !== undefined;
  note(
    filtered ? 'No credential fits. "keyharbor list" shows all.' : 'No credentials yet. Add one: keyharbor add openai',
  );
}

const HEADING = ['REFERENCE', 'NAME', 'STATE', 'SECRET', 'LAST TEST', 'LAST USED'];
/** Of a label and of a masked secret the end is what tells it apart; a test's result and a state are nothing when they are cut. */
const NARROW = { ends: [0], words: [2], mayGo: [3, 5] };

function row(credential: CredentialSummary, zone: string): readonly string[] {
  const { ref, name, scope, state, masked, lastTest, lastUsedAt } = credential;
  const shownState = scope === 'system' ? `${state} (system)` : state;
  return [
    ref,
    name === '' ? '-' : name,
    shownState,
    masked === '' ? '-' : masked,
    lastTest?.result ?? '-',
    momentIn(zone, lastUsedAt),
  ];
}

export function register(program: Command): void {
  program
    .command('list')
    .description('list credentials; never a secret')
    .option('--provider <id>', 'only of this provider')
    .option('--state <state>', `only in this state: ${STATES.join(', ')}`)
    .option('--json', 'as JSON')
    .action(list);
}
