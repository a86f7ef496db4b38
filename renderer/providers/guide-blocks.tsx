import type { GuideBlock, GuideInline, GuideLine } from '../../shared/guide/guide.ts';
import { m } from '../i18n/messages.ts';
import { Snippet } from '../ui/snippet.tsx';
import { openLink } from './acts.ts';
import styles from './guide.module.css';

function Inline({ part }: { readonly part: GuideInline }) {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return <code className={styles.code}>{part.text}</code>;
    case 'strong':
      return <strong>{part.text}</strong>;
    case 'link':
      return (
        <button
          type="button"
          className={styles.link}
          aria-label={`${part.text}, ${m.common.newTab}`}
          onClick={() => void openLink(part.url)}
        >
          {part.text}
        </button>
      );
  }
}

function Line({ line }: { readonly line: GuideLine }) {
  return line.map((part, index) => <Inline key={index} part={part} />);
}

/** A row of a table under its first cell, so that it can be read in a narrow window too. */
function Row({ head, row }: { readonly head: readonly GuideLine[]; readonly row: readonly GuideLine[] }) {
  const [first = [], ...others] = row;
  return (
    <li>
      <p className={styles.rowname}>
        <Line line={first} />
      </p>
      <dl>
        {others.map((cell, index) => (
          <div key={index} className={styles.pair}>
            <dt>
              <Line line={head[index + 1] ?? []} />
            </dt>
            <dd>
              <Line line={cell} />
            </dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function Block({ block }: { readonly block: GuideBlock }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <Line line={block.text} />
        </p>
      );
    case 'list':
      return (
        <ul className={styles.list}>
          {block.items.map((item, index) => (
            <li key={index}>
              <Line line={item} />
            </li>
          ))}
        </ul>
      );
    case 'table':
      return (
        <ul className={styles.rows}>
          {block.rows.map((row, index) => (
            <Row key={index} head={block.head} row={row} />
          ))}
        </ul>
      );
    case 'code':
      return <Snippet label={m.providers.guide.command} text={block.text} hideLabel />;
    case 'heading':
      return <h4>{block.text}</h4>;
  }
}

/** Text of a guide; every part of it is shown as text. */
export function GuideBlocks({ blocks }: { readonly blocks: readonly GuideBlock[] }) {
  return blocks.map((block, index) => <Block key={index} block={block} />);
}
