import { type FormEvent, type RefObject, useId, useState } from 'react';
import type { UsageCheapest } from '../../shared/contract/usage-records.ts';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { formatDay } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { shortReference } from '../clients/short-reference.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import head from '../ui/heading.module.css';
import { TextInput } from '../ui/text-input.tsx';
import { ExportMenu } from './export-menu.tsx';
import { count, money } from './figures.ts';
import { useLabels } from './labels.ts';
import { type OfferLine, offerLines } from './offer-view.ts';
import styles from './prices.module.css';
import { useQuestion } from './use-question.ts';

const t = m.usage.offers;
/** Prices and habits change slowly. */
const EVERY_MS = 60_000;

interface Props {
  /** Gets the focus where a model is asked for from elsewhere. */
  readonly place: RefObject<HTMLElement | null>;
  /** Names to choose from. */
  readonly known: readonly string[];
  /** null: every model of the last 30 days. */
  readonly model: string | null;
  readonly onModel: (model: string | null) => void;
}

/** Who of the providers with a key offers the same model, and for how much; whether or not there was anything to save. */
export function Offers({ place, known, model, onModel }: Props) {
  const heading = useId();
  const names = useId();
  const [typed, setTyped] = useState('');
  const asked = model === null ? {} : { model };
  const { data, error, isStale } = useQuestion('usage.cheapest', asked, { everyMs: EVERY_MS });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = typed.trim();
    onModel(wanted === '' ? null : wanted);
  };
  const lines = data === null || isStale ? null : offerLines(data);
  return (
    <section ref={place} tabIndex={-1} className={classes(card.card, styles.offers)} aria-labelledby={heading}>
      <div className={head.head}>
        <div>
          <h2 id={heading}>{t.title}</h2>
          <p className={styles.muted}>{t.lead}</p>
        </div>
        <ExportMenu small view={{ kind: 'cheapest', ...asked }} what={t.export} pictures={null} notes={[]} />
      </div>
      <form className={styles.find} onSubmit={submit}>
        <TextInput
          type="search"
          aria-label={t.model}
          placeholder={t.model}
          list={names}
          maxLength={256}
          value={typed}
          onChange={setTyped}
        />
        <datalist id={names}>
          {known.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Button type="submit">{t.find}</Button>
        {model !== null && (
          <Button
            look="link"
            onClick={() => {
              setTyped('');
              onModel(null);
            }}
          >
            {t.all}
          </Button>
        )}
      </form>
      <ErrorNote error={error} />
      <p role="status" className={styles.muted}>
        {data !== null && lines !== null && saidOf(data, model)}
      </p>
      {lines !== null && lines.length > 0 && <Table lines={lines} />}
    </section>
  );
}

function saidOf({ models, bookAsOf }: UsageCheapest, model: string | null): string {
  const [one] = models;
  if (one === undefined) return model === null ? t.noneUsed : t.none(model);
  const asOf = t.asOf(formatDay(bookAsOf));
  if (model === null) return asOf;
  return `${t.offered(one.model, one.offers.length)} ${one.mix.measured ? t.measured : t.usual} ${asOf}`;
}

/** The first of them; the others are told on asking. */
function Keys({ references }: { readonly references: readonly string[] }) {
  const [first = '', ...more] = references;
  return (
    <>
      <bdi>{shortReference(first)}</bdi>
      {more.length > 0 && (
        <details className={styles.more}>
          <summary>{t.moreKeys(more.length)}</summary>
          <ul>
            {more.map((reference) => (
              <li key={reference}>
                <bdi>{shortReference(reference)}</bdi>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Table({ lines }: { readonly lines: readonly OfferLine[] }) {
  const label = useLabels();
  const columns: readonly Column<OfferLine>[] = [
    { key: 'model', title: t.columns.model, cell: ({ model }) => <bdi>{model}</bdi> },
    { key: 'provider', title: t.columns.provider, cell: ({ offer }) => label('provider', offer.provider) },
    {
      key: 'called',
      title: t.columns.called,
      cell: ({ offer }) => <bdi>{offer.model}</bdi>,
      isEmpty: ({ model, offer }) => offer.model === model,
    },
    {
      key: 'price',
      title: t.columns.price,
      figure: true,
      cell: ({ offer }) => (
        <>
          {money(offer.microUsdPerMillion)}
          {offer.longPrompt && <span className={styles.told}>{t.longPrompt}</span>}
        </>
      ),
    },
    { key: 'dearer', title: t.columns.dearer, figure: true, cell: ({ dearer }) => dearer ?? t.cheapest },
    { key: 'keys', title: t.columns.keys, cell: ({ offer }) => <Keys references={offer.credentials} /> },
    { key: 'requests', title: t.columns.requests, figure: true, cell: ({ offer }) => count(offer.requests) },
  ];
  return (
    <DataTable
      stacks
      caption={t.title}
      columns={columns}
      rows={lines}
      rowKey={({ model, offer }) => `${model} ${offer.provider}`}
    />
  );
}
