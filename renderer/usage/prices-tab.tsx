import { FileUp, Pencil, Plus, Scale, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { PriceEntry, PriceList } from '../../shared/contract/prices.ts';
import { documentPiecesOf } from '../../shared/document-pieces.ts';
import { AppError } from '../../shared/errors.ts';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { formatDate, formatDay } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { LoadError } from '../ui/load-error.tsx';
import head from '../ui/heading.module.css';
import { IconButton } from '../ui/icon-button.tsx';
import { Note } from '../ui/note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { ExportMenu } from './export-menu.tsx';
import { knownModels } from './offer-view.ts';
import { Offers } from './offers.tsx';
import { EMPTY_PRICE, priceStart, type PriceTyped } from './price-form.ts';
import { PriceSheet } from './price-sheet.tsx';
import { type FiguresShown, matchingLines, NO_FIGURE, type PriceLine, priceLines } from './price-view.ts';
import { Reprice } from './reprice.tsx';
import { Unpriced } from './unpriced.tsx';
import { useQuestion } from './use-question.ts';
import styles from './prices.module.css';

const t = m.usage.prices;
const MAX_FILE_BYTES = 8_000_000;
const EVERY_MS = 5_000;

/** What calls are priced by: models without a price first, then who offers the same for how much, then the list. */
export function PricesTab() {
  const { data, error, retry } = useQuestion('prices.list', {}, { everyMs: EVERY_MS });
  const [editing, setEditing] = useState<PriceTyped | null>(null);
  const [repricing, setRepricing] = useState(false);
  const [model, setModel] = useState<string | null>(null);
  const offers = useRef<HTMLElement>(null);
  const showOffers = (wanted: string): void => {
    setModel(wanted);
    offers.current?.focus();
  };
  return (
    <>
      {error !== null && <LoadError error={error} onRetry={retry} />}
      {data === null && error === null && <Skeleton lines count={8} />}
      {data !== null && (
        <>
          <Unpriced models={data.unpriced} onPrice={setEditing} onReprice={() => setRepricing(true)} />
          <Offers place={offers} known={knownModels(data.prices)} model={model} onModel={setModel} />
          <List list={data} onEdit={setEditing} onReprice={() => setRepricing(true)} onOffers={showOffers} />
        </>
      )}
      {editing !== null && <PriceSheet start={editing} onClose={() => setEditing(null)} />}
      {repricing && <Reprice onClose={() => setRepricing(false)} />}
    </>
  );
}

interface ListProps {
  readonly list: PriceList;
  readonly onEdit: (start: PriceTyped) => void;
  readonly onReprice: () => void;
  readonly onOffers: (model: string) => void;
}

function List({ list, onEdit, onReprice, onOffers }: ListProps) {
  const providers = useSession((session) => session.providers);
  const [query, setQuery] = useState('');
  const nameOf = (id: string): string => providers.get(id)?.name ?? id;
  const lines = matchingLines(priceLines(list.prices), query, nameOf);
  const remove = useAction(async ({ per, provider, model }: PriceEntry) => {
    await call('prices.remove', { per, provider, ...(model === null ? {} : { model }) });
    announce(t.removed(model ?? t.anyModel));
  });
  const columns: readonly Column<PriceLine>[] = [
    { key: 'model', title: t.columns.model, cell: (line) => <Name line={line} /> },
    { key: 'provider', title: t.columns.provider, cell: ({ entry }) => nameOf(entry.provider) },
    ...SHOWN.map((figure) => ({
      key: figure,
      title: t.columns[figure],
      figure: true,
      cell: (line: PriceLine) => <Figure line={line} figure={figure} />,
      isEmpty: (line: PriceLine) => saysNothing(line, figure),
    })),
    {
      key: 'source',
      title: t.columns.source,
      cell: ({ entry, from }) => (
        <>
          {t.sources[entry.source]}
          {from !== null && <span className={styles.told}>{t.since(formatDay(from))}</span>}
        </>
      ),
    },
    {
      key: 'acts',
      title: t.columns.acts,
      cell: ({ entry, model }) => (
        <span className={styles.acts}>
          {entry.per === 'tokens' && (
            <IconButton
              label={m.usage.offers.of(model)}
              icon={<Scale size={15} aria-hidden />}
              onClick={() => onOffers(model)}
            />
          )}
          <IconButton
            label={t.edit(model)}
            icon={<Pencil size={15} aria-hidden />}
            onClick={() => onEdit(priceStart(entry))}
          />
          {entry.source === 'own' && (
            <IconButton
              label={t.remove(model)}
              icon={<Trash2 size={15} aria-hidden />}
              onClick={() => void remove.run(entry)}
            />
          )}
        </span>
      ),
    },
  ];
  return (
    <section className={classes(card.card, styles.list)} aria-label={t.title}>
      <div className={head.head}>
        <div>
          <h2>{t.title}</h2>
          <p className={styles.muted}>
            {t.lead(formatDay(list.asOf))}
            {list.update !== null && ` ${t.update(list.update.version, formatDate(list.update.issued))}`}
          </p>
        </div>
        <div className={styles.tools}>
          <Button onClick={onReprice}>{t.reprice}</Button>
          <LoadFile />
          <ExportMenu small view={{ kind: 'prices' }} what={t.export} pictures={null} notes={[]} />
          <Button look="primary" icon={<Plus size={16} aria-hidden />} onClick={() => onEdit(EMPTY_PRICE)}>
            {t.add}
          </Button>
        </div>
      </div>
      {list.update?.expired === true && <Note tone="warn">{t.updateOld}</Note>}
      <ErrorNote error={remove.error} />
      <div className={styles.find}>
        <TextInput
          data-find
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          value={query}
          onChange={setQuery}
        />
        <p role="status" className={styles.muted}>
          {t.count(lines.length, list.prices.length)}
        </p>
      </div>
      {lines.length === 0 ? (
        <p className={styles.muted}>{t.none}</p>
      ) : (
        <DataTable stacks caption={t.title} columns={columns} rows={lines} rowKey={({ key }) => key} />
      )}
    </section>
  );
}

const SHOWN = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWriteLong'] as const;

const saysNothing = (line: PriceLine, figure: keyof FiguresShown): boolean =>
  [line, ...line.tiers].every((one) => one[figure] === '' || one[figure] === NO_FIGURE);

/** A figure, and under it those of long prompts and peak hours. */
function Figure({ line, figure }: { readonly line: PriceLine; readonly figure: keyof FiguresShown }) {
  return (
    <>
      {line[figure]}
      {line.tiers.map((tier) => (
        <span key={tier.name} className={styles.told}>
          {tier[figure]}
        </span>
      ))}
    </>
  );
}

function Name({ line: { entry, model, unit, tiers } }: { readonly line: PriceLine }) {
  const told = [unit, entry.overridden ? t.overridden : null, entry.unverified ? t.unverified : null].filter(Boolean);
  return (
    <>
      <bdi>{model}</bdi>
      {tiers.map(({ name }) => (
        <span key={name} className={styles.told}>
          {name}
        </span>
      ))}
      {told.length > 0 && <span className={styles.told}>{told.join(', ')}</span>}
    </>
  );
}

/** Whether a file says that it is signed; whether that is true, and whether it is one of prices at all, the core finds. */
function isSigned(text: string): boolean {
  try {
    return Object.hasOwn(Object(JSON.parse(text)) as object, 'signature');
  } catch {
    return true;
  }
}

/** A file that the owner got: signed by Keyharbor, or a bare list that becomes own prices after a yes outside the page. */
function LoadFile() {
  const picker = useRef<HTMLInputElement>(null);
  const load = useAction(async (file: File) => {
    if (file.size > MAX_FILE_BYTES) throw new AppError('invalid_input', t.tooLarge, '');
    const text = await file.text();
    const own = !isSigned(text);
    const { prices } = await call('prices.update', { document: documentPiecesOf(text), own });
    announce(t.loaded(prices));
  });
  return (
    <>
      <Button icon={<FileUp size={16} aria-hidden />} pending={load.pending} onClick={() => picker.current?.click()}>
        {t.loadFile}
      </Button>
      <input
        ref={picker}
        hidden
        type="file"
        accept="application/json,.json"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) void load.run(file);
          event.target.value = '';
        }}
      />
      <ErrorNote error={load.error} />
    </>
  );
}
