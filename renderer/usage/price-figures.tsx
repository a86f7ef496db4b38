import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import layout from '../ui/form-layout.module.css';
import { TextInput } from '../ui/text-input.tsx';
import { FIGURES, type Figure, isOptional } from './price-form.ts';

interface Props {
  /** What they are for, as a reader says it. */
  readonly name: string;
  readonly typed: Readonly<Record<Figure, string>>;
  readonly errors: Readonly<Partial<Record<Figure, string>>>;
  readonly onChange: (part: Readonly<Partial<Record<Figure, string>>>) => void;
}

/** Dollars for a million tokens, of each kind of them. */
export function PriceFigures({ name, typed, errors, onChange }: Props) {
  return (
    <div role="group" aria-label={name} className={layout.pair}>
      {FIGURES.map((figure) => {
        const optional = isOptional(figure);
        return (
          <Field
            key={figure}
            label={m.usage.requests.kinds[figure]}
            error={errors[figure]}
            optional={optional}
            required={!optional}
            hint={optional ? m.usage.prices.sameAsInput : undefined}
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                value={typed[figure]}
                onChange={(value) => onChange({ [figure]: value })}
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}
