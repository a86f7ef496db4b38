import type { ReactNode } from 'react';
import type { UsageRecord, UsageRequest } from '../../shared/contract/usage-records.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { costText, count, duration, exactMoney, money } from './figures.ts';
import { useLabels } from './labels.ts';
import { dayTitle, momentIn } from './moments.ts';
import { useQuestion } from './use-question.ts';
import styles from './requests.module.css';

const t = m.usage.requests;
/** One call does not change; what repeated it may come later. */
const EVERY_MS = 30_000;

interface Props {
  readonly id: number;
  readonly zone: string;
  readonly onClose: () => void;
}

/** All that is known of one call, and how its cost comes about. */
export function RequestSheet({ id, zone, onClose }: Props) {
  const { data, error, retry } = useQuestion('usage.request', { id }, { everyMs: EVERY_MS });
  return (
    <Sheet open title={t.sheet} onClose={onClose} foot={<Button onClick={onClose}>{m.common.close}</Button>}>
      <LoadError error={error} onRetry={retry} />
      {data === null && error === null && <Skeleton lines count={6} />}
      {data !== null && <Detail request={data} zone={zone} />}
    </Sheet>
  );
}

function Detail({ request, zone }: { readonly request: UsageRequest; readonly zone: string }) {
  const { record, related } = request;
  const label = useLabels();
  const perSecond = outputPerSecond(record);
  return (
    // In the tab order, so that the keyboard can scroll it: there is nothing else in it.
    <div role="group" aria-label={t.sheet} tabIndex={0} className={styles.detail}>
      <Facts
        title={t.facts}
        rows={[
          [t.columns.at, momentIn(zone, record.at)],
          [
            t.columns.status,
            `${record.status === 0 ? t.noAnswer : record.status}, ${t.outcomes[record.outcome] ?? record.outcome}`,
          ],
          [t.errorType, record.errorType],
          [t.provider, label('provider', record.provider)],
          [t.columns.model, record.model],
          [t.endpoint, `${record.method} ${record.endpoint}`],
          [t.columns.who, label('client', record.client)],
          [t.columns.key, keyOf(record)],
          [t.project, record.project],
          [t.source, t.sources[record.source] ?? record.source],
          [t.requestId, record.requestId],
          [t.providerRequestId, record.providerRequestId],
        ]}
      />
      <Facts
        title={t.tokens}
        rows={[
          [t.kinds.input, count(record.inputTokens)],
          [t.kinds.cacheRead, some(record.cacheReadTokens)],
          [t.kinds.cacheWrite, some(record.cacheWriteTokens)],
          [t.kinds.cacheWriteLong, some(record.cacheWriteLongTokens)],
          [t.kinds.output, count(record.outputTokens)],
          [t.kinds.reasoning, some(record.reasoningTokens)],
          [t.kinds.webSearches, some(record.webSearches)],
          [t.measure, t.measures[record.measure] ?? record.measure],
        ]}
      />
      <Costs request={request} />
      <Facts
        title={t.times}
        rows={[
          [t.latency, duration(record.latencyMs)],
          [t.firstByte, record.firstByteMs === null ? null : duration(record.firstByteMs)],
          [t.perSecond, perSecond === null ? null : t.perSecondValue(count(perSecond))],
        ]}
      />
      {related.length > 0 && (
        <Facts
          title={t.related}
          rows={related.map((one) => [
            momentIn(zone, one.at),
            `${keyOf(one)}, ${t.outcomes[one.outcome] ?? one.outcome}`,
          ])}
        />
      )}
      <p className={styles.muted}>{t.noBodies}</p>
    </div>
  );
}

function Costs({ request: { record, price } }: { readonly request: UsageRequest }) {
  const recorded =
    record.costMicroUsd === null
      ? t.unknownCost
      : costText(exactMoney(record.costMicroUsd), record.costReason === 'at_least' ? 'at-least' : 'known');
  return (
    <section className={styles.facts}>
      <h3>{t.costs}</h3>
      {price === null ? (
        <p className={styles.muted}>{record.costMicroUsd === null ? t.noPrice : t.notAsRecorded}</p>
      ) : (
        <>
          <table className={styles.costs}>
            <thead>
              <tr>
                <th scope="col">{t.tokens}</th>
                <th scope="col">{t.perMillion}</th>
                <th scope="col">{t.amount}</th>
              </tr>
            </thead>
            <tbody>
              {price.parts.map(({ what, tokens, price: each, microUsd }) => (
                <tr key={what}>
                  <th scope="row">
                    {count(tokens)} <span className={styles.muted}>{t.kinds[what]}</span>
                  </th>
                  <td>{money(each)}</td>
                  <td>{exactMoney(microUsd)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {price.factor !== 1 && <p>{t.factor(String(price.factor))}</p>}
          <p className={styles.muted}>
            {t.book(dayTitle(price.bookAsOf))}
            {price.validFrom !== null && `, ${t.validFrom(dayTitle(price.validFrom))}`}
            {'. '}
            {price.asRecorded ? t.asRecorded : t.notAsRecorded}
          </p>
        </>
      )}
      <p className={styles.total}>
        <span>{t.total}</span>
        <strong>{recorded}</strong>
      </p>
    </section>
  );
}

const some = (value: number): string | null => (value === 0 ? null : count(value));
const keyOf = ({ credential, credentialVersion }: UsageRecord): string =>
  credentialVersion === null ? credential : `${credential}, ${t.version(credentialVersion)}`;

/** Of the time after the first byte: what a reader of a stream sees. */
function outputPerSecond({ outputTokens, latencyMs, firstByteMs }: UsageRecord): number | null {
  const ms = latencyMs - (firstByteMs ?? latencyMs);
  return outputTokens === 0 || ms < 1 ? null : (outputTokens / ms) * 1000;
}

interface FactsProps {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: ReactNode])[];
}

/** Names and values; what is not known or not there is left out. */
function Facts({ title, rows }: FactsProps) {
  return (
    <section className={styles.facts}>
      <h3>{title}</h3>
      <dl>
        {rows
          .filter(([, value]) => value !== null && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
