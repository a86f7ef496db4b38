import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Guide } from '../../../shared/guide/guide.ts';
import { type Note, parseNote } from '../../../shared/guide/note.ts';
import { guideOf } from '../../../shared/guide/of-provider.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { Catalogue } from './catalogue.ts';

/** What there is to read about a provider: the catalogue's words, and what guides/ID.md adds for a built-in one. */
export class Guides {
  readonly #catalogue: Catalogue;
  readonly #folder: string;

  /** @param folder - resources/guides; read when a guide is asked for. */
  constructor(catalogue: Catalogue, folder: string) {
    this.#catalogue = catalogue;
    this.#folder = folder;
  }

  /** @throws AppError `not_found` for a provider that is not known. */
  of(id: string): Guide {
    const provider = this.#catalogue.get(id);
    return guideOf(provider, this.#noteOf(provider));
  }

  /** Whether a guide of the program has this link. An own provider's come from a file. */
  hasLink(url: string): boolean {
    const guides = this.#catalogue.all().filter(({ own }) => own !== true);
    return guides.some((provider) => linksOf(guideOf(provider, this.#noteOf(provider))).includes(url));
  }

  /** An own provider may have the id of one that the program came to know later: its note is about another. */
  #noteOf({ id, own }: ProviderDescriptor): Note | null {
    const file = join(this.#folder, `${id}.md`);
    return own === true || !existsSync(file) ? null : parseNote(readFileSync(file, 'utf8'));
  }
}

/** Every link of a guide, as a browser reads it. */
function linksOf({ links, sections }: Guide): string[] {
  const lines = sections
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => {
      if (block.kind === 'paragraph') return block.text;
      if (block.kind === 'list') return block.items.flat();
      return block.kind === 'table' ? block.rows.flat(2) : [];
    });
  const inText = lines.flatMap((part) => (part.kind === 'link' ? [part.url] : []));
  return [...links.map(({ url }) => url), ...inText].map((url) => URL.parse(url)?.href ?? url);
}
