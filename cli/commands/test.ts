import type { Command } from 'commander';
import type { CheckResult } from '../../shared/contract/schemas.ts';
import { AppError } from '../../shared/errors.ts';
import { parseReference } from '../../shared/reference.ts';
import type { AgentClient } from '../agent-client.ts';
import { describeCheck, requireValid, testFields } from '../check.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson } from '../output.ts';
import { agreeToCost, testCost } from '../test-cost.ts';

/** Credentials that are tested at the same time by --all; the core lets two of them ask one provider. */
const PARALLEL = 8;

interface Options {
  readonly all?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** How the tests are run, as it was said on the command line. */
interface How {
  readonly force: boolean;
  readonly json: boolean;
  /** Their cost was agreed to. */
  readonly yes: boolean;
}

async function testOne(agent: AgentClient, ref: string, { force, json, yes }: How): Promise<void> {
  if (!yes) await agreeToCost(await testCost(agent, [await agent.call('credentials.get', { target: { ref } })]));
  const check = await agent.call('credentials.test', { target: { ref }, force });
  agent.close();
  if (json) printJson(testFields(check));
  else print(describeCheck(check));
  requireValid([check.result]);
}

/** A refusal to test one credential (its cool-down, say) is that credential's result and does not stop the others. */
async function outcome(agent: AgentClient, id: string, force: boolean): Promise<CheckResult | AppError> {
  try {
    return await agent.call('credentials.test', { target: { id }, force });
  } catch (error) {
    if (error instanceof AppError && error.code !== 'vault_locked' && error.code !== 'internal') return error;
    throw error;
  }
}

async function testAll(agent: AgentClient, { force, json, yes }: How): Promise<void> {
  const credentials = await agent.call('credentials.list', { state: 'active' });
  if (!yes) await agreeToCost(await testCost(agent, credentials));
  const results: Record<string, unknown>[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < credentials.length; index = next++) {
      const { id, ref } = credentials[index] ?? { id: '', ref: '' };
      const found = await outcome(agent, id, force);
      const failed = found instanceof AppError;
      results[index] = failed
        ? { ref, result: found.code, latencyMs: null, detail: found.message, checkedAt: null }
        : testFields(found);
      if (!json) print(failed ? `${ref}: ${found.code}\n  ${found.message} ${found.hint}` : describeCheck(found));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  agent.close();
  if (json) printJson(results);
  else if (results.length === 0) note('There is no active credential to test.');
  requireValid(results.map(({ result }) => String(result)));
}

async function test(ref: string | undefined, options: Options): Promise<void> {
  if ((ref === undefined) === (options.all !== true)) {
    throw usage('Name one credential, or use --all.', 'For example: keyharbor test kh://openai/work');
  }
  if (ref !== undefined) parseReference(ref);
  const agent = await connectAgent();
  const how = { force: options.force === true, json: options.json === true, yes: options.yes === true };
  return ref === undefined ? testAll(agent, how) : testOne(agent, ref, how);
}

export function register(program: Command): void {
  program
    .command('test')
    .description('ask the provider whether a key works; exit code 0 if it does, 6 if not')
    .argument('[ref]', 'kh://PROVIDER/LABEL')
    .option('--all', 'every active credential')
    .option('--force', 'ask again although there is a recent answer (never during a cool-down)')
    .option('--yes', 'agree to what the tests cost; nearly all are free')
    .option('--json', 'as JSON')
    .action(test);
}
