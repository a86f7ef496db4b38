import { basename } from 'node:path';
import type { Output } from '../shared/contract/methods.ts';
import { AppError } from '../shared/errors.ts';
import { formatReference, parseReference } from '../shared/reference.ts';
import { lentName } from '../shared/lent-name.ts';
import type { AgentClient } from './agent-client.ts';
import { usage } from './fail.ts';

export type Variable = Output<'credentials.environment'>[number];
type Answer = Output<'clients.lend'>;

export interface Lent {
  readonly variables: readonly Variable[];
  /** Stands inside the variables, in the form that each provider's tools expect of a key. */
  readonly token: string;
}

/** One variable that is to stand for a credential, or (`name` null) all that its provider's tools read. */
export interface ProxyWish {
  readonly name: string | null;
  readonly ref: string;
}

/**
 * Variables by which a child reaches its providers through the proxy: base URLs, and a token where a key would be. The
 * token lives as long as the connection of `agent`, so that one has to stay open.
 * @throws AppError `conflict` where the endpoint is off, or two keys of one provider would need one base URL.
 */
export async function lend(
  agent: AgentClient,
  command: readonly string[],
  wishes: readonly ProxyWish[],
): Promise<Lent> {
  for (const { name, ref } of wishes) refuseField(name, ref);
  if (!(await agent.call('endpoint.status', {})).on) {
    throw new AppError(
      'conflict',
      'The endpoint is off, so calls cannot be forwarded. Nothing was started.',
      'Switch it on: keyharbor endpoint on',
    );
  }
  const refs = [...new Set(wishes.map(({ ref }) => ref))];
  const name = childName(command[0] ?? '');
  try {
    const lent = await agent.call('clients.lend', { name, refs, caller: { pid: process.pid } });
    return { variables: variablesOf(wishes, lent), token: lent.token };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'key_not_found') throw error;
    throw await missing(agent, refs, error);
  }
}

/** Which of the keys is not there, and which are: a tool is told less than the owner. */
async function missing(agent: AgentClient, refs: readonly string[], error: AppError): Promise<AppError> {
  const there = await agent.call('credentials.list', { state: 'active' });
  const gone = refs.find((ref) => !there.some((each) => each.ref === formatReference(parseReference(ref))));
  if (gone === undefined) return error;
  const { provider } = parseReference(gone);
  const others = there.filter((each) => each.provider === provider).map(({ ref }) => ref);
  return new AppError(
    'key_not_found',
    `There is no ${formatReference(parseReference(gone))} to use. Nothing was started.`,
    others.length === 0
      ? `Add it: keyharbor add ${provider}`
      : `There is ${others.join(', ')}: use --env NAME=REF with it, or label it "default".`,
    { cause: error },
  );
}

/** A field is a value; what is forwarded is a call. */
function refuseField(name: string | null, ref: string): void {
  const { field, version } = parseReference(ref);
  if (field === null && version === null) return;
  throw usage(
    `${name ?? 'A key'} names a field or a version, and with --proxy no value leaves Keyharbor.`,
    'Name the credential alone, as in kh://openai/work, or leave --proxy out.',
  );
}

export function variablesOf(wishes: readonly ProxyWish[], lent: Answer): readonly Variable[] {
  const found = new Map<string, Variable>();
  for (const { name, ref } of wishes) {
    const environment = lent.routes.find((route) => route.ref === ref)?.environment ?? [];
    const key = environment.find(({ secret }) => secret)?.value ?? lent.token;
    const named = name === null ? [] : [{ name, value: key, secret: true }];
    // What was named takes the place of the usual names, but the address is needed all the same.
    const usual = environment.filter(({ secret }) => name === null || !secret);
    for (const variable of [...usual, ...named]) put(found, variable);
  }
  return [...found.values()];
}

function put(found: Map<string, Variable>, variable: Variable): void {
  const before = found.get(variable.name);
  if (before !== undefined && before.value !== variable.value) {
    throw new AppError(
      'conflict',
      `Two of the asked keys would both need ${variable.name}. Nothing was started.`,
      'A program reaches one key of a provider through the proxy: ask for one, or run it twice.',
    );
  }
  found.set(variable.name, variable);
}

/** The token is listed under the program's name. */
function childName(program: string): string {
  const name = basename(program).replace(/[^\w.+-]/g, '_');
  return lentName(name).slice(0, 64);
}
