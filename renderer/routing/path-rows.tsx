import type { PathRewrite } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';
import { TextInput } from '../ui/text-input.tsx';
import { Cell } from './cell.tsx';
import { RowList } from './row-list.tsx';
import styles from './routing.module.css';

const FRESH: PathRewrite = { from: '', to: '' };

interface Props {
  readonly rows: readonly PathRewrite[];
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (rows: readonly PathRewrite[]) => void;
}

export function PathRows({ rows, errors, onChange }: Props) {
  return (
    <RowList
      title={m.routing.paths}
      hint={m.routing.pathsHint}
      rows={rows}
      fresh={FRESH}
      addWord={m.routing.addPath}
      rowClass={styles.path}
      removeWord={m.routing.removePath}
      onChange={onChange}
    >
      {(row, at, change) => (
        <>
          <Cell label={m.routing.pathFrom(at + 1)} error={errors[`paths.${at}.from`]}>
            {(control) => (
              <TextInput {...control} mono placeholder="/v1" value={row.from} onChange={(from) => change({ from })} />
            )}
          </Cell>
          <span aria-hidden className={styles.arrow}>
            →
          </span>
          <Cell label={m.routing.pathTo(at + 1)} error={errors[`paths.${at}.to`]}>
            {(control) => (
              <TextInput {...control} mono placeholder="/v2" value={row.to} onChange={(to) => change({ to })} />
            )}
          </Cell>
        </>
      )}
    </RowList>
  );
}
