import { useEffect } from 'react';
import { AUDIT_AREAS } from '../../shared/audit-words.ts';
import { m } from '../i18n/messages.ts';
import { type ActivityRoute, AUDIT_RESULTS, NO_FILTERS } from '../state/activity-route.ts';
import { loadClients, useClients } from '../state/clients.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import styles from './activity.module.css';

interface Props {
  readonly filters: ActivityRoute;
  readonly onChange: (filters: ActivityRoute) => void;
}

export function ActivityFilters({ filters, onChange }: Props) {
  const clients = useClients((store) => store.list);
  useEffect(() => void loadClients(), []);
  const set = (change: Partial<ActivityRoute>): void => onChange({ ...filters, ...change });
  const isFiltered = Object.values(filters).some((value) => value !== '');
  const actors = [
    { value: '', label: m.activity.anybody },
    ...Object.entries(m.activity.doors).map(([value, label]) => ({ value, label })),
    ...clients.map(({ id, name }) => ({ value: id, label: name })),
  ];
  // The address may name a client that is not listed yet, or not any more.
  if (!actors.some(({ value }) => value === filters.actor)) {
    actors.push({ value: filters.actor, label: filters.actor });
  }
  return (
    <fieldset className={styles.filters}>
      <legend className="visually-hidden">{m.activity.filters}</legend>
      <Field label={m.activity.area}>
        {(control) => (
          <Select
            {...control}
            value={filters.area}
            options={[
              { value: '', label: m.activity.allAreas },
              ...AUDIT_AREAS.map((value) => ({ value, label: m.activity.areas[value] })),
            ]}
            onChange={(area) => set({ area })}
          />
        )}
      </Field>
      <Field label={m.activity.who}>
        {(control) => (
          <Select {...control} value={filters.actor} options={actors} onChange={(actor) => set({ actor })} />
        )}
      </Field>
      <Field label={m.activity.result}>
        {(control) => (
          <Select
            {...control}
            value={filters.result}
            options={[
              { value: '', label: m.activity.allResults },
              ...AUDIT_RESULTS.map((value) => ({ value, label: m.activity.results[value] })),
            ]}
            onChange={(result) => set({ result })}
          />
        )}
      </Field>
      <Field label={m.activity.from}>
        {(control) => (
          <TextInput
            {...control}
            type="date"
            value={filters.from}
            max={filters.to || undefined}
            onChange={(from) => set({ from })}
          />
        )}
      </Field>
      <Field label={m.activity.to}>
        {(control) => (
          <TextInput
            {...control}
            type="date"
            value={filters.to}
            min={filters.from || undefined}
            onChange={(to) => set({ to })}
          />
        )}
      </Field>
      {isFiltered && (
        <span className={styles.clear}>
          <Button onClick={() => onChange(NO_FILTERS)}>{m.activity.clear}</Button>
        </span>
      )}
    </fieldset>
  );
}
