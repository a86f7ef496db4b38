import type { NewPrice, NewTier, PriceEntry, PriceList } from '../../../../shared/contract/prices.ts';
import type { ParsedInput } from '../../../../shared/contract/methods.ts';
import { type ModelPrice, type PriceDocument, priceDocument, type UnitPrice } from '../../../../shared/prices.ts';
import { AppError } from '../../../../shared/errors.ts';
import { appendAudit } from '../../audit/audit-log.ts';
import type { Emit } from '../../events.ts';
import type { Log } from '../../logs/log.ts';
import type { Catalogue } from '../../providers/catalogue.ts';
import { parseStrictJson } from '../../providers/strict-json.ts';
import type { Clock } from '../../seams.ts';
import type { OpenVault } from '../../vault/open-vault.ts';
import { withoutDay, withPrice } from './own-price.ts';
import {
  deleteOwnPrice,
  keyOf,
  type OwnPriceKey,
  putOwnPrice,
  putOwnTiers,
  readOwnPrice,
  readOwnPrices,
  tierKey,
} from './own-price-table.ts';
import { PriceBook } from './price-book.ts';
import { compared } from './price-changes.ts';
import { priceEntries, priceTiers } from './price-list.ts';
import { assertTakeable, isSigned, type PriceUpdate, verifiedUpdate } from './price-update.ts';
import { UnknownModels } from './unknown-models.ts';
import { unpricedModels } from './unpriced.ts';
import { UPDATE_KEYS } from './update-keys.ts';
import { putUpdate, readUpdate } from './update-table.ts';

type PriceFile = ParsedInput<'prices.update'>;
type RemovedPrice = ParsedInput<'prices.remove'>;

export interface PricesDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
  readonly catalogue: Pick<Catalogue, 'get'>;
  /** The list that came with the program. */
  readonly shipped: PriceBook;
  /** Who may sign updates; left out: the keys of the program. */
  readonly updateKeys?: readonly string[];
}

export interface PriceUpdateResult {
  readonly taken: 'update' | 'own';
  readonly version: number | null;
  readonly asOf: string;
  readonly prices: number;
  readonly added: number;
  readonly changed: number;
}

/** The price book in force: the newer of the program's list and the update, under the owner's own prices. */
export class Prices {
  readonly #deps: PricesDeps;
  readonly #keys: readonly string[];
  readonly #unknown: UnknownModels;
  #update: PriceUpdate | null = null;
  #book: PriceBook;
  #telling: PriceBook;

  constructor(deps: PricesDeps) {
    this.#deps = deps;
    this.#keys = deps.updateKeys ?? UPDATE_KEYS;
    this.#unknown = new UnknownModels(deps);
    this.#book = deps.shipped;
    this.#telling = deps.shipped;
  }

  /** For reports and questions: looking something up in it tells nobody. A new one after each change. */
  get book(): PriceBook {
    return this.#book;
  }

  /** For calls as they are recorded: a model that is not in it is told of, once. */
  get recordingBook(): PriceBook {
    return this.#telling;
  }

  /** Never throws: prices must not keep the owner from the keys. An update that does not verify any more is not used. */
  unlocked(): void {
    try {
      this.#load();
    } catch {
      this.#deps.log.warn('prices.not-read');
      this.#use(this.#deps.shipped);
    }
  }

  locking(): void {
    this.#unknown.locking();
    this.#update = null;
    this.#use(this.#deps.shipped);
  }

  list(): PriceList {
    const { clock } = this.#deps;
    const now = clock.now();
    const inForce = this.#updateInForce();
    return {
      asOf: this.#book.asOf,
      update:
        inForce === null
          ? null
          : {
              version: inForce.version,
              issued: new Date(inForce.issuedMs).toISOString(),
              expires: new Date(inForce.expiresMs).toISOString(),
              expired: inForce.expiresMs <= now,
            },
      unpriced: unpricedModels(this.#deps.vault.opened().usageDb, this.#book, now),
      prices: priceEntries(this.#book, inForce === null ? 'book' : 'update', now),
      tiers: priceTiers(this.#book, inForce === null ? 'book' : 'update'),
    };
  }

  /** Sets a price of the owner's own, beside those of other days. @throws AppError `invalid_input`. */
  set(price: NewPrice, actor: string): PriceEntry {
    const { clock } = this.#deps;
    this.#deps.catalogue.get(price.provider);
    const vault = this.#deps.vault.opened();
    const key = { provider: price.provider, model: price.model ?? '', per: price.per };
    vault.write(() => {
      const changed = withPrice(readOwnPrice(vault.db, key), price);
      putOwnPrice(vault.db, changed, clock.now());
      this.#unknown.forget(vault, key.provider, key.model);
      appendAudit(vault, clock, {
        actor,
        action: 'prices.set',
        target: nameOf(key),
        result: 'ok',
        meta: { per: key.per, from: price.from ?? '' },
      });
    });
    this.#changed();
    const set = this.list().prices.find(
      (one) =>
        one.source === 'own' && one.per === key.per && one.provider === key.provider && (one.model ?? '') === key.model,
    );
    if (set === undefined) throw new Error('the price that was set is not there');
    return set;
  }

  /** @throws AppError `not_found`. */
  remove(removed: RemovedPrice, actor: string): void {
    const { clock } = this.#deps;
    const vault = this.#deps.vault.opened();
    const key = { provider: removed.provider, model: removed.model ?? '', per: removed.per };
    vault.write(() => {
      const rest = removed.from === undefined ? null : withoutDay(readOwnPrice(vault.db, key), removed.from);
      if (rest !== null) putOwnPrice(vault.db, rest, clock.now());
      else if (!deleteOwnPrice(vault.db, key)) throw noSuchPrice();
      this.#unknown.forget(vault, key.provider, key.model);
      appendAudit(vault, clock, {
        actor,
        action: 'prices.remove',
        target: nameOf(key),
        result: 'ok',
        meta: { per: key.per, from: removed.from ?? '' },
      });
    });
    this.#changed();
  }

  /** What a service tier does to the price. @throws AppError `not_found` where there is no own one to remove. */
  setTier({ provider, tier, factor }: NewTier, actor: string): void {
    const { clock, catalogue } = this.#deps;
    if (factor !== null) catalogue.get(provider);
    const vault = this.#deps.vault.opened();
    vault.write(() => {
      if (factor !== null) putOwnTiers(vault.db, [{ provider, tier, factor }], clock.now());
      else if (!deleteOwnPrice(vault.db, tierKey(provider, tier))) throw noSuchPrice();
      appendAudit(vault, clock, {
        actor,
        action: 'prices.tier',
        target: nameOf(tierKey(provider, tier)),
        result: 'ok',
        meta: { factor: factor === null ? '' : factor.join('/') },
      });
    });
    this.#changed();
  }

  /**
   * Takes a file: a signed one in place of the list, a bare one as own prices where `own` says so.
   * @throws AppError `security_violation`, `conflict`, `forbidden` for a bare file without `own`, `invalid_input`.
   */
  update({ document, own }: PriceFile, actor: string): PriceUpdateResult {
    const file = parseStrictJson(document.join(''));
    return isSigned(file) ? this.#takeUpdate(file, actor) : this.#takeOwn(file, own, actor);
  }

  #takeUpdate(file: unknown, actor: string): PriceUpdateResult {
    const { clock } = this.#deps;
    const update = verifiedUpdate(file, this.#keys);
    const vault = this.#deps.vault.opened();
    const before = this.#book.document;
    vault.write(() => {
      assertTakeable(update, readUpdate(vault.db)?.version ?? 0, clock.now());
      putUpdate(vault.db, update.version, JSON.stringify(file), clock.now());
      appendAudit(vault, clock, {
        actor,
        action: 'prices.update',
        target: update.document.asOf,
        result: 'ok',
        meta: { version: update.version },
      });
    });
    this.#changed();
    return {
      taken: 'update',
      version: update.version,
      ...summaryOf(update.document, before.models, before.unitPrices),
    };
  }

  #takeOwn(file: unknown, own: boolean, actor: string): PriceUpdateResult {
    const { clock } = this.#deps;
    const parsed = priceDocument.safeParse(file);
    if (!parsed.success) {
      throw new AppError(
        'invalid_input',
        'This is no file of prices. Nothing was changed.',
        'An update is signed; own prices have the form of resources/prices.json.',
      );
    }
    if (!own) {
      throw new AppError(
        'forbidden',
        'This file is not signed. Nothing was changed.',
        'If you trust it, take its prices as your own with "keyharbor prices update FILE --own".',
      );
    }
    const { models, unitPrices, tiers } = parsed.data;
    const before = this.#book.own;
    const vault = this.#deps.vault.opened();
    vault.write(() => {
      for (const price of [...models, ...unitPrices]) {
        const key = keyOf(price);
        putOwnPrice(vault.db, price, clock.now());
        this.#unknown.forget(vault, key.provider, key.model);
      }
      putOwnTiers(vault.db, tiers, clock.now());
      appendAudit(vault, clock, {
        actor,
        action: 'prices.update',
        target: parsed.data.asOf,
        result: 'ok',
        meta: { own: true, prices: models.length + unitPrices.length, tiers: tiers.length },
      });
    });
    this.#changed();
    return { taken: 'own', version: null, ...summaryOf(parsed.data, before.models, before.units) };
  }

  #changed(): void {
    this.#load();
    this.#deps.emit({ event: 'prices.changed', data: {} });
  }

  #load(): void {
    const { shipped, log, vault } = this.#deps;
    const { db } = vault.opened();
    this.#update = this.#storedUpdate(db);
    const { unreadable, ...own } = readOwnPrices(db);
    if (unreadable > 0) log.warn('prices.own-of-another-form');
    this.#use(new PriceBook(this.#updateInForce()?.document ?? shipped.document, own));
  }

  /** Verified each time: the row may be of a program whose keys have been given up since. */
  #storedUpdate(db: OpenVault['db']): PriceUpdate | null {
    const stored = readUpdate(db);
    if (stored === null) return null;
    try {
      return verifiedUpdate(JSON.parse(stored.file), this.#keys);
    } catch {
      this.#deps.log.warn('prices.update-not-verified');
      return null;
    }
  }

  /** A newer program may bring a newer list than the update. */
  #updateInForce(): PriceUpdate | null {
    const update = this.#update;
    return update !== null && update.document.asOf >= this.#deps.shipped.asOf ? update : null;
  }

  #use(book: PriceBook): void {
    this.#book = book;
    this.#telling = book.telling((provider, model) => this.#unknown.met(provider, model));
  }
}

function summaryOf(document: PriceDocument, models: readonly ModelPrice[], units: readonly UnitPrice[]) {
  return { asOf: document.asOf, ...compared([...models, ...units], [...document.models, ...document.unitPrices]) };
}

const nameOf = ({ provider, model }: OwnPriceKey): string => (model === '' ? provider : `${provider}/${model}`);

function noSuchPrice(): AppError {
  return new AppError(
    'not_found',
    'There is no own price for this. Nothing was changed.',
    'See "keyharbor prices list --own"; one of characters and the like is named with its --unit.',
  );
}
