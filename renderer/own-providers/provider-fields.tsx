import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import { idOf, type providerErrors, type TypedProvider, type Way } from './provider-form.ts';
import { VersionList } from './version-list.tsx';

const WAYS: readonly Way[] = ['bearer', 'header', 'query', 'basic', 'none'];

interface Props {
  readonly typed: TypedProvider;
  readonly errors: ReturnType<typeof providerErrors>;
  /** An own provider that is there keeps its id. */
  readonly fixedId: boolean;
  readonly change: (part: Partial<TypedProvider>) => void;
}

/** The short form of an own provider. */
export function ProviderFields({ typed, errors, fixedId, change }: Props) {
  return (
    <>
      <div className={layout.pair}>
        <Field label={m.ownProviders.name} error={errors.name} required>
          {(control) => (
            <TextInput
              {...control}
              autoFocus
              maxLength={100}
              value={typed.name}
              onChange={(name) => change({ name })}
            />
          )}
        </Field>
        <Field
          label={m.ownProviders.id}
          hint={fixedId ? m.ownProviders.idFixed : m.ownProviders.idHint}
          error={errors.id}
          required
        >
          {(control) => (
            <TextInput
              {...control}
              mono
              readOnly={fixedId}
              maxLength={32}
              value={idOf(typed)}
              onChange={(id) => change({ id })}
            />
          )}
        </Field>
      </div>
      <Field label={m.ownProviders.baseUrl} hint={m.ownProviders.baseUrlHint} error={errors.baseUrl} required>
        {(control) => (
          <TextInput
            {...control}
            mono
            inputMode="url"
            maxLength={400}
            value={typed.baseUrl}
            onChange={(baseUrl) => change({ baseUrl })}
          />
        )}
      </Field>
      <Checkbox label={m.ownProviders.local} checked={typed.local} onChange={(local) => change({ local })} />
      <Field label={m.ownProviders.auth}>
        {(control) => (
          <Select
            {...control}
            value={typed.way}
            options={WAYS.map((value) => ({ value, label: m.ownProviders.ways[value] }))}
            onChange={(way) => change({ way })}
          />
        )}
      </Field>
      {typed.way === 'header' && (
        <div className={layout.pair}>
          <Field label={m.ownProviders.header} required>
            {(control) => (
              <TextInput
                {...control}
                mono
                maxLength={100}
                value={typed.header}
                onChange={(header) => change({ header })}
              />
            )}
          </Field>
          <Field label={m.ownProviders.template} hint={m.ownProviders.templateHint} required>
            {(control) => (
              <TextInput
                {...control}
                mono
                maxLength={200}
                value={typed.template}
                onChange={(template) => change({ template })}
              />
            )}
          </Field>
        </div>
      )}
      {typed.way === 'query' && (
        <Field label={m.ownProviders.parameter} required>
          {(control) => (
            <TextInput
              {...control}
              mono
              maxLength={100}
              value={typed.parameter}
              onChange={(parameter) => change({ parameter })}
            />
          )}
        </Field>
      )}
      <div className={layout.pair}>
        <Field label={m.ownProviders.checkPath} hint={m.ownProviders.checkPathHint} optional>
          {(control) => (
            <TextInput
              {...control}
              mono
              maxLength={300}
              value={typed.checkPath}
              onChange={(checkPath) => change({ checkPath })}
            />
          )}
        </Field>
        <Field label={m.ownProviders.expected} error={errors.expected}>
          {(control) => (
            <TextInput
              {...control}
              inputMode="numeric"
              maxLength={3}
              value={typed.expected}
              onChange={(expected) => change({ expected })}
            />
          )}
        </Field>
      </div>
      <VersionList versions={typed.versions} onChange={(versions) => change({ versions })} />
    </>
  );
}
