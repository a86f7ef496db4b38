import type { ParsedInput } from '../../../../shared/contract/methods.ts';
import type { ReconcileReport } from '../../../../shared/contract/usage-figures.ts';
import { AppError, type ErrorCode } from '../../../../shared/errors.ts';
import type { AccountApi } from '../../../../shared/provider/account-api.ts';
import type { ValidationResult } from '../../../../shared/provider/answer.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import { appendAudit } from '../../audit/audit-log.ts';
import { listOfProvider } from '../../credentials/credential-table.ts';
import { assertUse, mayUse } from '../../credentials/lifecycle.ts';
import { openCredential } from '../../credentials/opened.ts';
import { type CredentialRow, idToHex } from '../../credentials/rows.ts';
import type { Log } from '../../logs/log.ts';
import type { WayOut } from '../../net/way-out.ts';
import { authKindOf, type Catalogue, fillTemplate } from '../../providers/catalogue.ts';
import { type Fact, interpret, type Verdict } from '../../providers/http/interpret.ts';
import { baseUrlOf, isOwnBaseUrl, withDefaults } from '../../providers/place.ts';
import type { Clock } from '../../seams.ts';
import type { OpenVault } from '../../vault/open-vault.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { dateOfDay, dayNumber } from '../reporting-days.ts';
import { type AccountSubject, askAccount, type AskOptions, type Period } from './account-request.ts';
import { comparedModels } from './compared-models.ts';
import { comparedRow, type Told, toldTogether } from './drift.ts';
import { type LeftOut, readFigures, type ToldFigures } from './figure-pages.ts';
import { added, importedRequests, NOTHING, ownDays, ownModels } from './own-figures.ts';

const MAX_DAYS = 92;
const MAX_PAGES = 60;
const MAX_MODELS = 200;
const DAY_MS = 24 * 3_600_000;
/** How late figures come. */
const LATE_MS = 6 * 3_600_000;

export interface ProviderFiguresDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly log: Pick<Log, 'guard'>;
  readonly catalogue: Pick<Catalogue, 'get' | 'assertEnabled'>;
  readonly usage: { settle(): boolean };
  /** Knows how a model is spelled. */
  readonly prices: { readonly book: Pick<PriceBook, 'nameOf'> };
  /** The reporting zone (IANA name). */
  readonly zone: () => string;
  readonly userAgent: string;
  readonly way: () => WayOut;
}

interface Answers {
  readonly figures: readonly ToldFigures[];
  readonly account: ReconcileReport['account'];
  readonly notes: readonly string[];
}

/** Puts the provider's own figures beside ours. Asks only when the owner does. */
export class ProviderFigures {
  readonly #deps: ProviderFiguresDeps;
  #running = new AbortController();
  /** What was last compared, for an export of it. */
  #last: ReconcileReport | null = null;

  constructor(deps: ProviderFiguresDeps) {
    this.#deps = deps;
  }

  /** What is being asked is given up: the key must not be in memory behind a lock. */
  locking(): void {
    this.#running.abort(new AppError('vault_locked', 'The vault was locked. Nothing was compared.', 'Unlock it.'));
    this.#running = new AbortController();
    this.#last = null;
  }

  /** What was last compared; nobody is asked. @throws AppError `not_found` where that was something else. */
  compared({ provider, from, to }: { provider: string; from: string; to: string }): ReconcileReport {
    const last = this.#last;
    if (last?.provider === provider && last.from === from && last.to === to) return last;
    throw new AppError(
      'not_found',
      'This comparison is not at hand any more. Nothing was exported.',
      'Compare once more, then export it.',
    );
  }

  /**
   * @throws AppError `key_not_found` where no key of the provider may ask, `unsupported` where the provider tells nothing,
   * `invalid_key` and the like where it refuses, `provider_unavailable`.
   */
  async reconcile(input: ParsedInput<'usage.reconcile'>, actor: string): Promise<ReconcileReport> {
    const { vault, clock, catalogue } = this.#deps;
    const period = periodOf(input.from, input.to);
    const provider = catalogue.get(input.provider);
    catalogue.assertEnabled(input.provider);
    if (provider.accountApis.length === 0) throw tellsNothing(provider);
    const opened = vault.opened();
    const credential = credentialFor(opened, provider, input.label);
    const { userAgent, way } = this.#deps;
    const options: AskOptions = { clock, signal: this.#running.signal, userAgent, way: way() };
    opened.write(() =>
      appendAudit(opened, clock, {
        actor,
        action: 'usage.reconcile',
        target: idToHex(credential.id),
        result: 'ok',
        meta: { from: input.from, to: input.to },
      }),
    );
    const answers = await this.#ask(opened, credential, provider, period, options);
    this.#last = this.#report({ provider: provider.id, ref: `${provider.id}/${credential.label}`, period }, answers);
    return this.#last;
  }

  /** A total that the owner read somewhere, beside ours. Asks nobody. @throws AppError `invalid_input`. */
  compareInvoice(input: ParsedInput<'usage.compareInvoice'>): ReconcileReport {
    const period = periodOf(input.from, input.to);
    this.#deps.catalogue.get(input.provider);
    const whole = { requests: null, tokens: null, other: false, model: null, day: period.first };
    const figures = [{ ...whole, costMicroUsd: input.totalMicroUsd }];
    const report = this.#report({ provider: input.provider, ref: null, period }, { figures, account: [], notes: [] });
    this.#last = { ...report, days: [], models: [] };
    return this.#last;
  }

  #report(
    what: { readonly provider: string; readonly ref: string | null; readonly period: Period },
    { figures, account, notes }: Answers,
  ): ReconcileReport {
    const { clock, vault, zone, prices, usage } = this.#deps;
    const { provider, period } = what;
    const isWhole = usage.settle();
    const db = vault.opened().usageDb;
    const own = ownDays(db, provider, period);
    const inPeriod = figures.filter(({ day }) => day >= period.first && day <= period.last);
    const days = [...new Set([...own.keys(), ...inPeriod.map(({ day }) => day)])].toSorted((one, other) => one - other);
    const models = comparedModels(inPeriod, ownModels(db, provider, period), (model) =>
      prices.book.nameOf(provider, model),
    );
    // What ended a few hours ago may still grow on their side.
    const isPartial = (day: number) => clock.now() < (day + 1) * DAY_MS + LATE_MS;
    const imported = importedRequests(db, provider, period);
    const said = [...notes];
    if (!isWhole) said.push('Our last calls are not counted here yet: the usage database cannot be written now.');
    if (models.length > 0 && zone() !== 'UTC') said.push(`By model, our days are those of ${zone()}, theirs are UTC.`);
    if (imported > 0) {
      said.push(
        `Of our calls, imported from logs: ${imported}. What a subscription covers is in no figure of the API.`,
      );
    }
    const row = (told: Told, day: number | null, model: string | null, ours = NOTHING) =>
      comparedRow({ day, model, partial: isPartial(day ?? period.last) }, told, ours);
    const total = [...own.values()].reduce(added, NOTHING);
    return {
      provider,
      ref: what.ref,
      from: dateOfDay(period.first),
      to: dateOfDay(period.last),
      askedAt: new Date(clock.now()).toISOString(),
      total: row(toldTogether(inPeriod), null, null, total),
      days: days.map((day) => row(toldTogether(inPeriod.filter((one) => one.day === day)), day, null, own.get(day))),
      models: models
        .map(({ name, theirs, ours }) => row(toldTogether(theirs), null, name, ours))
        .toSorted((one, other) => weight(other) - weight(one))
        .slice(0, MAX_MODELS),
      account: [...account],
      notes: said,
    };
  }

  async #ask(
    vault: OpenVault,
    credential: CredentialRow,
    provider: ProviderDescriptor,
    period: Period,
    options: AskOptions,
  ): Promise<Answers> {
    const kind = authKindOf(provider, credential.auth_kind);
    using opened = openCredential(vault, credential, kind, credential.current_version);
    const fields = new Map([...opened.fields].map(([name, bytes]) => [name, bytes.toString('utf8')]));
    const value = withDefaults(kind, (name) => fields.get(name));
    const own = isOwnBaseUrl({ provider, kind }, credential.origin, (name) => fields.get(name));
    const baseUrl = baseUrlOf({ provider, kind }, credential.origin, (name) => fields.get(name));
    if (baseUrl === null) throw tellsNothing(provider);
    const secrets = kind.fields.flatMap((field) => (field.secret ? (fields.get(field.name) ?? []) : []));
    const unguards = secrets.filter((secret) => secret !== '').map((secret) => this.#deps.log.guard(secret));
    const figures: ToldFigures[] = [];
    const account: { name: string; label: string; value: string }[] = [];
    const notes: string[] = [];
    const refused: Verdict[] = [];
    let answered = 0;
    try {
      for (const api of apisFor(provider, credential.auth_kind)) {
        if (own && api.baseUrl !== undefined) continue; // another place than the owner's own
        const base = api.baseUrl === undefined ? baseUrl : fillTemplate(api.baseUrl, value);
        const subject: AccountSubject = { provider, kind, baseUrl: base, local: credential.local === 1, value };
        const outcome = await this.#askOne(subject, api, period, secrets, options);
        if ('verdict' in outcome) {
          refused.push(outcome.verdict);
          const needs = api.needs === undefined ? '' : ` It needs: ${api.needs.toLowerCase()}.`;
          notes.push(`No ${api.what}: ${outcome.verdict.detail}${needs}`);
          continue;
        }
        answered += 1;
        figures.push(...outcome.figures);
        notes.push(...outcome.notes);
        for (const { label, value: shown } of outcome.facts) account.push({ name: api.id, label, value: shown });
      }
    } finally {
      for (const unguard of unguards) unguard();
    }
    const [first] = refused;
    if (answered === 0 && first !== undefined) throw refusalOf(first);
    if (figures.length === 0 && refused.length === 0)
      notes.push(`${provider.name} tells no usage or costs by day here.`);
    return { figures, account, notes };
  }

  /** All pages of one question. */
  async #askOne(
    subject: AccountSubject,
    api: AccountApi,
    period: Period,
    secrets: readonly string[],
    options: AskOptions,
  ): Promise<
    | { readonly verdict: Verdict }
    | { readonly figures: readonly ToldFigures[]; readonly facts: readonly Fact[]; readonly notes: readonly string[] }
  > {
    const figures: ToldFigures[] = [];
    const leftOut: LeftOut[] = [];
    let page: string | null = null;
    for (let pages = 0; pages < MAX_PAGES; pages += 1) {
      const outcome = await askAccount(subject, api, period, page, options);
      const verdict = interpret(subject.provider, api, outcome, secrets);
      if (outcome.kind !== 'answer' || outcome.status < 200 || outcome.status >= 300) return { verdict };
      if (api.figures === undefined) return { figures, facts: verdict.facts, notes: [] };
      const read = readFigures(api.figures, parsedJson(outcome.text));
      if (read === null) return { verdict: { ...verdict, ...OTHER_SHAPE } };
      figures.push(...read.figures);
      leftOut.push(read.leftOut);
      if (read.next === null) return { figures, facts: verdict.facts, notes: notesOf(leftOut) };
      page = read.next;
    }
    const notes = [...notesOf(leftOut), `There is more ${api.what} than was read: ask for fewer days.`];
    return { figures, facts: [], notes };
  }
}

const OTHER_SHAPE = {
  result: 'provider_unavailable' as const,
  detail: 'The answer does not have the form that is documented.',
  hint: 'A newer version may read it.',
};

function notesOf(leftOut: readonly LeftOut[]): string[] {
  const credits = leftOut.reduce((sum, { creditMicroUsd }) => sum + creditMicroUsd, 0);
  const currencies = [...new Set(leftOut.flatMap((one) => one.currencies))];
  const notes = currencies.map((code) => `Their costs in ${code} are left out: ours are in US dollars.`);
  if (credits > 0) {
    notes.push(`Their credits of $${(credits / 1e6).toFixed(2)} are left out: they lower the bill, and no call.`);
  }
  return notes;
}

function apisFor(provider: ProviderDescriptor, kind: string): readonly AccountApi[] {
  return provider.accountApis.filter(
    (api) => api.for.includes(kind) && api.body === undefined && (api.figures !== undefined || api.facts.length > 0),
  );
}

/** One that may ask for figures by day before one that only knows a balance. */
function credentialFor(vault: OpenVault, provider: ProviderDescriptor, label: string | undefined): CredentialRow {
  const all = listOfProvider(vault.db, provider.id).filter((row) => row.state !== 'binned');
  if (label !== undefined) {
    const named = all.find((row) => row.label === label);
    if (named === undefined) {
      throw new AppError(
        'key_not_found',
        'There is no such credential. Nothing was compared.',
        'See "keyharbor list".',
      );
    }
    assertUse(named.state, 'test');
    if (apisFor(provider, named.auth_kind).length > 0) return named;
    throw noKey(provider);
  }
  const asks = (row: CredentialRow) => apisFor(provider, row.auth_kind);
  const able = all.filter((row) => mayUse(row.state, 'test') && asks(row).length > 0);
  const best = able.find((row) => asks(row).some((api) => api.figures !== undefined)) ?? able[0];
  if (best === undefined) throw noKey(provider);
  return best;
}

function noKey(provider: ProviderDescriptor): AppError {
  const kinds = new Set(provider.accountApis.flatMap((api) => api.for));
  const labels = provider.auth.filter(({ kind }) => kinds.has(kind)).map((kind) => kind.label);
  return new AppError(
    'key_not_found',
    `No key of ${provider.name} here may ask for usage and costs. Nothing was compared.`,
    `Add one of this kind: ${labels.join(', ')}.`,
  );
}

function tellsNothing(provider: ProviderDescriptor): AppError {
  return new AppError(
    'unsupported',
    `${provider.name} has no figures that a key could ask for, as far as Keyharbor knows. Nothing was compared.`,
    'Compare with the total of an invoice: keyharbor usage reconcile --invoice DOLLARS.',
  );
}

const CODES: Readonly<Record<ValidationResult, ErrorCode>> = {
  valid: 'provider_unavailable',
  invalid_format: 'invalid_key_format',
  invalid_key: 'invalid_key',
  expired: 'expired_key',
  insufficient_permission: 'insufficient_permission',
  quota_exceeded: 'provider_unavailable',
  rate_limited: 'rate_limited',
  provider_unavailable: 'provider_unavailable',
  timeout: 'validation_timeout',
};

function refusalOf({ result, detail, hint }: Verdict): AppError {
  return new AppError(CODES[result], `${detail} Nothing was compared.`, hint);
}

function periodOf(from: string, to: string): Period {
  const period = { first: dayNumber(from), last: dayNumber(to) };
  if (period.first > period.last) {
    throw new AppError('invalid_input', 'The period ends before it begins. Nothing was compared.', 'Swap from and to.');
  }
  if (period.last - period.first >= MAX_DAYS) {
    throw new AppError('invalid_input', `At most ${MAX_DAYS} days are compared at once.`, 'Ask for fewer days.');
  }
  return period;
}

function weight({ theirs, ours }: ReconcileReport['total']): number {
  const tokens = (figures: typeof theirs) => (figures.inputTokens ?? 0) + (figures.outputTokens ?? 0);
  return Math.max(theirs.costMicroUsd ?? 0, ours.costMicroUsd ?? 0) || Math.max(tokens(theirs), tokens(ours)) / 1e6;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
