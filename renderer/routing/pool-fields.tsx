import { ArrowUp, X } from 'lucide-react';
import { useRef } from 'react';
import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import { Cell } from './cell.tsx';
import { MAX_MEMBERS, type RoutingForm, STRATEGIES } from './routing-form.ts';
import styles from './routing.module.css';

type Pool = RoutingForm['pool'];

interface Props {
  readonly pool: Pool;
  /** Of the provider's credentials in use. */
  readonly labels: readonly string[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (pool: Pool) => void;
}

const asMember = (label: string): Pool['members'][number] => ({ label, cost: '1' });

/** Which credentials stand in for each other, and which is tried first. */
export function PoolFields({ pool, labels, errors, onChange }: Props) {
  const members = useRef<HTMLOListElement>(null);
  const adder = useRef<HTMLSelectElement>(null);
  const { on, strategy } = pool;
  const chosen = pool.members;
  const others = labels.filter((label) => !chosen.some((member) => member.label === label));
  const lacking = labels.length < 2 && !on;
  const turn = (wanted: boolean): void =>
    onChange({
      ...pool,
      on: wanted,
      members: wanted && chosen.length === 0 ? labels.slice(0, MAX_MEMBERS).map(asMember) : chosen,
    });
  const up = (at: number): void => {
    const moved = chosen.toSpliced(at, 1).toSpliced(at - 1, 0, ...chosen.slice(at, at + 1));
    onChange({ ...pool, members: moved });
  };
  const leaveOut = (at: number): void => {
    onChange({ ...pool, members: chosen.toSpliced(at, 1) });
    requestAnimationFrame(() => (adder.current ?? members.current?.querySelector('button'))?.focus());
  };
  return (
    <fieldset className={layout.fieldset}>
      <legend>{m.routing.poolTitle}</legend>
      <Checkbox
        label={m.routing.poolOn}
        hint={lacking ? m.routing.poolNeedsTwo : m.routing.poolHint}
        checked={on}
        disabled={lacking}
        onChange={turn}
      />
      {on && (
        <div className={styles.under}>
          <Field label={m.routing.strategy}>
            {(control) => (
              <Select
                {...control}
                value={strategy}
                options={STRATEGIES.map((value) => ({ value, label: m.routing.strategies[value] }))}
                onChange={(picked) => onChange({ ...pool, strategy: picked })}
              />
            )}
          </Field>
          <ol ref={members} className={styles.members} aria-label={m.routing.poolTitle}>
            {chosen.map(({ label, cost }, at) => (
              <li key={label} className={styles.member}>
                <span className={styles.label}>
                  {label}
                  {!labels.includes(label) && <span className={styles.muted}> {m.routing.health.missing}</span>}
                </span>
                {strategy === 'cheapest' && (
                  <Cell label={m.routing.costOf(label)} error={errors[`costs.${label}`]}>
                    {(control) => (
                      <TextInput
                        {...control}
                        inputMode="decimal"
                        placeholder={m.routing.costShort}
                        value={cost}
                        onChange={(typed) =>
                          onChange({
                            ...pool,
                            members: chosen.map((one, index) => (index === at ? { ...one, cost: typed } : one)),
                          })
                        }
                      />
                    )}
                  </Cell>
                )}
                <IconButton
                  label={m.routing.up(label)}
                  icon={<ArrowUp size={15} aria-hidden />}
                  aria-disabled={at === 0 ? true : undefined}
                  onClick={() => at > 0 && up(at)}
                />
                <IconButton
                  label={m.routing.leaveOut(label)}
                  icon={<X size={15} aria-hidden />}
                  onClick={() => leaveOut(at)}
                />
              </li>
            ))}
          </ol>
          {(others.length > 0 || errors['members'] !== undefined) && (
            <Field label={m.routing.addMember} error={errors['members']}>
              {(control) => (
                <Select
                  {...control}
                  ref={adder}
                  value=""
                  disabled={others.length === 0 || chosen.length >= MAX_MEMBERS}
                  options={[
                    { value: '', label: m.routing.addMemberPick },
                    ...others.map((label) => ({ value: label, label })),
                  ]}
                  onChange={(label) => label !== '' && onChange({ ...pool, members: [...chosen, asMember(label)] })}
                />
              )}
            </Field>
          )}
        </div>
      )}
    </fieldset>
  );
}
