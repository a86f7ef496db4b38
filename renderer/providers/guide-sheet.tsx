import { ExternalLink } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Guide } from '../../shared/guide/guide.ts';
import { asAppError, call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Disclosure } from '../ui/disclosure.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Note } from '../ui/note.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { openLink } from './acts.ts';
import styles from './guide.module.css';
import { GuideBlocks } from './guide-blocks.tsx';

interface Props {
  /** Id of the provider. */
  readonly id: string;
  readonly onClose: () => void;
}

/** How to get a key of a provider: where to click, what it has to be allowed to do, what a test tells. */
export function GuideSheet({ id, onClose }: Props) {
  const [guide, setGuide] = useState<Guide | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  useEffect(() => {
    let left = false;
    call('providers.guide', { id }).then(
      (read) => left || setGuide(read),
      (thrown: unknown) => left || setError(asAppError(thrown)),
    );
    return () => {
      left = true;
    };
  }, [id]);
  return (
    <Sheet
      open
      title={guide === null ? m.common.loading : m.providers.guide.title(guide.name)}
      onClose={onClose}
      foot={<Button onClick={onClose}>{m.common.close}</Button>}
    >
      <ErrorNote error={error} />
      {guide !== null && <GuideText guide={guide} />}
    </Sheet>
  );
}

function GuideText({ guide }: { readonly guide: Guide }) {
  const { name, own, links, sections } = guide;
  const kinds = sections.find((section) => section.id === 'kinds');
  return (
    <div className={styles.guide}>
      {own && (
        <Note tone="info">
          <p>{m.providers.guide.own}</p>
        </Note>
      )}
      {links.length > 0 && (
        <div className={styles.links}>
          {links.map(({ what, url }) => (
            <Button
              key={what}
              look={what === 'keys' ? 'secondary' : 'ghost'}
              icon={<ExternalLink size={15} aria-hidden />}
              aria-label={`${m.providers.guide.links[what]} (${name}), ${m.common.newTab}`}
              onClick={() => void openLink(url)}
            >
              {m.providers.guide.links[what]}
            </Button>
          ))}
        </div>
      )}
      {sections
        .filter((section) => section !== kinds)
        .map(({ id, title, blocks }) => (
          <section key={id} aria-label={title}>
            <h3>{title}</h3>
            <GuideBlocks blocks={blocks} />
          </section>
        ))}
      {kinds !== undefined && (
        <Disclosure title={m.providers.guide.kinds}>
          <GuideBlocks blocks={kinds.blocks} />
        </Disclosure>
      )}
    </div>
  );
}
