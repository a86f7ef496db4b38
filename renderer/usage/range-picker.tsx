import { CalendarRange } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { RANGES, type UsageRoute } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { rangeTitle } from './moments.ts';
import styles from './usage.module.css';

interface Props {
  readonly route: UsageRoute;
  /** The range as the core understood it; null while that is not known. */
  readonly shown: { readonly from: string; readonly to: string; readonly zone: string } | null;
}

/** One of the usual ranges, or two days. */
export function RangePicker({ route, shown }: Props) {
  const [asking, setAsking] = useState(false);
  const custom = route.from !== null && route.to !== null && shown !== null;
  return (
    <div className={styles.range}>
      <CalendarRange size={16} aria-hidden className={styles.rangeicon} />
      <Select
        aria-label={m.usage.range}
        value={route.range}
        options={RANGES.map((value) => ({
          value,
          label:
            value === 'custom' && route.range === 'custom' && custom
              ? rangeTitle(route.from, route.to, shown.zone)
              : m.usage.ranges[value],
        }))}
        onChange={(range) => {
          if (range === 'custom') setAsking(true);
          else navigateUsage({ range, from: null, to: null });
        }}
      />
      {route.range === 'custom' && (
        <Button look="link" onClick={() => setAsking(true)}>
          {m.usage.ranges.custom}
        </Button>
      )}
      {asking && <CustomRange from={shown?.from ?? ''} to={shown?.to ?? ''} onClose={() => setAsking(false)} />}
    </div>
  );
}

interface CustomProps {
  readonly from: string;
  readonly to: string;
  readonly onClose: () => void;
}

function CustomRange({ from: first, to: last, onClose }: CustomProps) {
  const [from, setFrom] = useState(first.slice(0, 10));
  const [to, setTo] = useState(last.slice(0, 10));
  const [error, setError] = useState<string | null>(null);
  const form = useId();
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (from === '' || to === '' || from > to) setError(m.usage.rangeWrong);
    else {
      navigateUsage({ range: 'custom', from, to });
      onClose();
    }
  };
  return (
    <Dialog
      open
      title={m.usage.range}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={form}>
            {m.usage.apply}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={onSubmit} className={styles.custom}>
        <Field label={m.usage.from} error={error}>
          {(control) => <TextInput {...control} type="date" max={to} value={from} onChange={setFrom} />}
        </Field>
        <Field label={m.usage.to}>
          {(control) => <TextInput {...control} type="date" min={from} value={to} onChange={setTo} />}
        </Field>
      </form>
    </Dialog>
  );
}
