import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import type { RoutingForm } from './routing-form.ts';
import styles from './routing.module.css';

type Cache = RoutingForm['cache'];

interface Props {
  readonly cache: Cache;
  readonly error: string | undefined;
  readonly onChange: (cache: Cache) => void;
}

export function CacheFields({ cache, error, onChange }: Props) {
  return (
    <fieldset className={layout.fieldset}>
      <legend>{m.routing.cacheTitle}</legend>
      <Checkbox
        label={m.routing.cacheOn}
        hint={m.routing.cacheHint}
        checked={cache.on}
        onChange={(on) => onChange({ ...cache, on })}
      />
      {cache.on && (
        <div className={styles.under}>
          <div className={styles.short}>
            <Field label={m.routing.seconds} hint={m.routing.secondsHint} error={error}>
              {(control) => (
                <TextInput
                  {...control}
                  inputMode="numeric"
                  maxLength={5}
                  value={cache.seconds}
                  onChange={(seconds) => onChange({ ...cache, seconds })}
                />
              )}
            </Field>
          </div>
          <Checkbox
            label={m.routing.evenPrivate}
            hint={m.routing.evenPrivateHint}
            checked={cache.evenPrivate}
            onChange={(evenPrivate) => onChange({ ...cache, evenPrivate })}
          />
        </div>
      )}
    </fieldset>
  );
}
