import { m } from '../i18n/messages.ts';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { Cell } from './cell.tsx';
import type { HeaderRow } from './routing-form.ts';
import { RowList } from './row-list.tsx';
import styles from './routing.module.css';

const FRESH: HeaderRow = { do: 'set', name: '', value: '' };
const WAYS = ['set', 'remove', 'rename'] as const;

interface Props {
  readonly list: 'requestHeaders' | 'responseHeaders';
  readonly hint: string;
  readonly rows: readonly HeaderRow[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (rows: readonly HeaderRow[]) => void;
}

/** Edits of headers, one after the other. */
export function HeaderRows({ list, hint, rows, errors, onChange }: Props) {
  return (
    <RowList
      title={m.routing[list]}
      hint={hint}
      rows={rows}
      fresh={FRESH}
      addWord={m.routing.addHeader}
      rowClass={styles.header}
      removeWord={m.routing.removeHeader}
      onChange={onChange}
    >
      {(row, at, change) => (
        <>
          <Cell label={m.routing.headerDo(at + 1)}>
            {(control) => (
              <Select
                {...control}
                value={row.do}
                options={WAYS.map((value) => ({ value, label: m.routing.edits[value] }))}
                onChange={(how) => change({ do: how })}
              />
            )}
          </Cell>
          <Cell label={m.routing.headerName(at + 1)} error={errors[`${list}.${at}.name`]}>
            {(control) => (
              <TextInput
                {...control}
                mono
                placeholder={m.routing.name}
                value={row.name}
                onChange={(name) => change({ name })}
              />
            )}
          </Cell>
          {row.do === 'remove' ? (
            <span />
          ) : (
            <Cell
              label={row.do === 'set' ? m.routing.headerValue(at + 1) : m.routing.headerTo(at + 1)}
              error={errors[`${list}.${at}.value`]}
            >
              {(control) => (
                <TextInput
                  {...control}
                  mono
                  placeholder={row.do === 'set' ? m.routing.value : m.routing.newName}
                  value={row.value}
                  onChange={(value) => change({ value })}
                />
              )}
            </Cell>
          )}
        </>
      )}
    </RowList>
  );
}
