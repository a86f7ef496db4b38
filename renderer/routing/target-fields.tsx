import type { RoutingRule } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import layout from '../ui/form-layout.module.css';
import { emptyRoutingForm, type RoutingForm } from './routing-form.ts';
import styles from './routing.module.css';
import type { Target } from './use-targets.ts';

type Kind = RoutingRule['for'];
const KINDS: readonly Kind[] = ['provider', 'client'];

interface Props {
  readonly form: RoutingForm;
  readonly free: Readonly<Record<Kind, readonly Target[]>>;
  readonly change: (part: Partial<RoutingForm>) => void;
}

/** Which provider or client a new rule is for. */
export function TargetFields({ form, free, change }: Props) {
  const targets = free[form.for];
  const { pool } = emptyRoutingForm('provider', ''); // labels of one provider mean nothing at another
  const kinds = KINDS.filter((kind) => free[kind].length > 0);
  return (
    <fieldset className={layout.fieldset}>
      <legend>{m.routing.forWhat}</legend>
      {kinds.length > 1 ? (
        <Segmented
          label={m.routing.forWhat}
          value={form.for}
          options={kinds.map((value) => ({ value, label: m.routing.kinds[value] }))}
          onChange={(kind) => change({ for: kind, target: free[kind][0]?.value ?? '', pool })}
        />
      ) : (
        <p className={styles.muted}>{form.for === 'provider' ? m.routing.onlyProviders : m.routing.onlyClients}</p>
      )}
      <Field label={m.routing[form.for]} hint={form.for === 'provider' ? m.routing.providerHint : m.routing.clientHint}>
        {(control) => (
          <Select {...control} value={form.target} options={targets} onChange={(target) => change({ target, pool })} />
        )}
      </Field>
    </fieldset>
  );
}
