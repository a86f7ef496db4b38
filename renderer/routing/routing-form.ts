import type { HeaderEdit, PathRewrite, PoolRule, RoutingRule } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';

/** `value` is the new name where a header is renamed, and stays while another way is looked at. */
export interface HeaderRow {
  readonly do: HeaderEdit['do'];
  readonly name: string;
  readonly value: string;
}

export interface MemberRow {
  readonly label: string;
  readonly cost: string;
}

/** What the sheet of a rule holds, as it is typed. */
export interface RoutingForm {
  readonly for: RoutingRule['for'];
  /** Id of the provider or of the client; empty where none is there to choose. */
  readonly target: string;
  readonly requestHeaders: readonly HeaderRow[];
  readonly responseHeaders: readonly HeaderRow[];
  readonly paths: readonly PathRewrite[];
  readonly cache: { readonly on: boolean; readonly seconds: string; readonly evenPrivate: boolean };
  readonly pool: {
    readonly on: boolean;
    readonly strategy: PoolRule['strategy'];
    readonly members: readonly MemberRow[];
  };
}

/** The contract takes as many of each. */
export const MAX_ROWS = 32;
export const MAX_MEMBERS = 16;

export const STRATEGIES = [
  'priority',
  'round-robin',
  'least-used',
  'cheapest',
] as const satisfies readonly PoolRule['strategy'][];

export const emptyRoutingForm = (kind: RoutingRule['for'], target: string): RoutingForm => ({
  for: kind,
  target,
  requestHeaders: [],
  responseHeaders: [],
  paths: [],
  cache: { on: false, seconds: '300', evenPrivate: false },
  pool: { on: false, strategy: 'priority', members: [] },
});

const rowOf = (edit: HeaderEdit): HeaderRow => ({
  do: edit.do,
  name: edit.name,
  value: edit.do === 'set' ? edit.value : edit.do === 'rename' ? edit.to : '',
});

export function formOfRule(rule: RoutingRule): RoutingForm {
  const form = emptyRoutingForm(rule.for, rule.for === 'provider' ? rule.provider : rule.client);
  const { cache, pool } = rule.for === 'provider' ? rule : { cache: null, pool: null };
  return {
    ...form,
    requestHeaders: rule.requestHeaders.map(rowOf),
    responseHeaders: rule.responseHeaders.map(rowOf),
    paths: rule.paths,
    cache:
      cache === null ? form.cache : { on: true, seconds: String(cache.maxSeconds), evenPrivate: cache.evenPrivate },
    pool:
      pool === null
        ? form.pool
        : {
            on: true,
            strategy: pool.strategy,
            members: pool.members.map(({ label, cost }) => ({ label, cost: String(cost) })),
          },
  };
}

const headerNameOf = (typed: string): string => typed.trim().toLowerCase();
const isBlankHeader = ({ name, value }: HeaderRow): boolean => name.trim() === '' && value.trim() === '';
const isBlankPath = ({ from, to }: PathRewrite): boolean => from.trim() === '' && to.trim() === '';

function editOf({ do: how, name, value }: HeaderRow): HeaderEdit {
  switch (how) {
    case 'set':
      return { do: how, name: headerNameOf(name), value: value.trim() };
    case 'remove':
      return { do: how, name: headerNameOf(name) };
    case 'rename':
      return { do: how, name: headerNameOf(name), to: headerNameOf(value) };
  }
}

function costOf(typed: string): number | null {
  const cost = Number(typed.trim().replace(',', '.'));
  return typed.trim() !== '' && cost >= 0 && cost <= 1_000_000 ? cost : null;
}

/** The rule as the contract takes it; rows in which nothing was typed are left out. Only for a form without errors. */
export function ruleOf(form: RoutingForm): RoutingRule {
  const changes = {
    requestHeaders: form.requestHeaders.filter((row) => !isBlankHeader(row)).map(editOf),
    responseHeaders: form.responseHeaders.filter((row) => !isBlankHeader(row)).map(editOf),
    paths: form.paths.filter((row) => !isBlankPath(row)).map(({ from, to }) => ({ from: from.trim(), to: to.trim() })),
  };
  if (form.for === 'client') return { for: 'client', client: form.target, ...changes };
  const { cache, pool } = form;
  return {
    for: 'provider',
    provider: form.target,
    ...changes,
    cache: cache.on ? { maxSeconds: Number(cache.seconds), evenPrivate: cache.evenPrivate } : null,
    pool: pool.on
      ? {
          strategy: pool.strategy,
          members: pool.members.map(({ label, cost }) => ({ label, cost: costOf(cost) ?? 1 })),
        }
      : null,
  };
}

const e = m.routing.errors;

function headerNameError(typed: string): string | null {
  if (typed.trim() === '') return e.nameNeeded;
  return /^[!#$%&'*+\-.^_`|~0-9a-z]{1,64}$/.test(headerNameOf(typed)) ? null : e.nameWrong;
}

function headerValueError({ do: how, value }: HeaderRow): string | null {
  if (how === 'rename') return headerNameError(value);
  return how === 'remove' || /^[\x20-\x7e]{0,1024}$/.test(value.trim()) ? null : e.valueWrong;
}

function pathError(typed: string): string | null {
  const path = typed.trim();
  if (path.length > 200 || !/^\/(?:[\w.~-]+\/?)*$/.test(path)) return e.pathWrong;
  return path.split('/').some((part) => part === '.' || part === '..') ? e.pathDots : null;
}

const does = ({ requestHeaders, responseHeaders, paths, ...rest }: RoutingRule): boolean =>
  requestHeaders.length + responseHeaders.length + paths.length > 0 ||
  (rest.for === 'provider' && (rest.cache !== null || rest.pool !== null));

/** In words, by field: `requestHeaders.0.name`, `paths.1.to`, `seconds`, `members`, `costs.work`; `rule` for the whole. */
export function routingErrors(form: RoutingForm): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  const note = (field: string, error: string | null): void => {
    if (error !== null) errors[field] = error;
  };
  for (const list of ['requestHeaders', 'responseHeaders'] as const) {
    for (const [at, row] of form[list].entries()) {
      if (isBlankHeader(row)) continue;
      note(`${list}.${at}.name`, headerNameError(row.name));
      note(`${list}.${at}.value`, headerValueError(row));
    }
  }
  for (const [at, row] of form.paths.entries()) {
    if (isBlankPath(row)) continue;
    note(`paths.${at}.from`, pathError(row.from));
    note(`paths.${at}.to`, pathError(row.to));
  }
  if (form.for === 'provider' && form.cache.on) {
    const seconds = Number(form.cache.seconds);
    note(
      'seconds',
      /^\d{1,5}$/.test(form.cache.seconds.trim()) && seconds >= 1 && seconds <= 86_400 ? null : e.seconds,
    );
  }
  if (form.for === 'provider' && form.pool.on) {
    note('members', form.pool.members.length < 2 ? e.twoMembers : null);
    if (form.pool.strategy === 'cheapest') {
      for (const { label, cost } of form.pool.members) note(`costs.${label}`, costOf(cost) === null ? e.cost : null);
    }
  }
  if (Object.keys(errors).length === 0) note('rule', does(ruleOf(form)) ? null : e.nothing);
  return errors;
}
