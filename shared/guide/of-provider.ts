import type { ProviderDescriptor } from '../provider/descriptor.ts';
import {
  asCode,
  GUIDE_SECTIONS,
  type Guide,
  type GuideBlock,
  type GuideInline,
  joined,
  plainly,
  strongly,
} from './guide.ts';
import { kindBlocks } from './kinds.ts';
import type { Note } from './note.ts';

function cost(microUsd: number): string {
  return microUsd === 0 ? 'Free' : `About $${(microUsd / 1_000_000).toFixed(4)}`;
}

/** What the checks of each kind prove, kinds of the same words together. */
function testBlock({ auth, checks }: ProviderDescriptor): GuideBlock {
  const kindsOf = new Map<string, string[]>();
  for (const { kind, label } of auth) {
    const told = checks
      .filter((check) => check.for.includes(kind))
      .map((check) => `${check.proves} ${cost(check.costMicroUsd)}.`);
    const words = told.length === 0 ? 'There is no test.' : [...new Set(told)].join(' Or: ');
    kindsOf.set(words, [...(kindsOf.get(words) ?? []), label]);
  }
  const items = [...kindsOf].map(([words, kinds]): GuideInline[] => {
    if (auth.length === 1) return [plainly(words)];
    return [...joined(kinds.map(strongly), ', '), plainly(`: ${words}`)];
  });
  return { kind: 'list', items };
}

function addressItems({ baseUrl, auth }: ProviderDescriptor): GuideInline[][] {
  const items: GuideInline[][] = [];
  if (baseUrl.default !== null) items.push([plainly('Base URL: '), asCode(baseUrl.default)]);
  for (const { label, baseUrl: url } of auth) {
    if (url !== undefined) items.push([plainly(`${label}: `), asCode(url)]);
  }
  for (const { label, url } of baseUrl.choices) items.push([plainly(`${label}: `), asCode(url)]);
  if (baseUrl.default === null && baseUrl.changeable) items.push([plainly('You give the base URL.')]);
  if (baseUrl.changeable && baseUrl.hint !== undefined) items.push([plainly(baseUrl.hint.replace(/\.?$/, '.'))]);
  return items;
}

/** @param note - what a person wrote beside the catalogue; null for a provider that has none. */
export function guideOf(provider: ProviderDescriptor, note: Note | null): Guide {
  const { id, name, links } = provider;
  const address = addressItems(provider);
  const blocks: Readonly<Record<keyof typeof GUIDE_SECTIONS, readonly GuideBlock[]>> = {
    key: note?.get('key') ?? [],
    permissions: note?.get('permissions') ?? [],
    kinds: provider.auth.flatMap((kind, index) => kindBlocks(provider, kind, index === 0)),
    test: [testBlock(provider), ...(note?.get('test') ?? [])],
    address: address.length === 0 ? [] : [{ kind: 'list', items: address }],
    know: note?.get('know') ?? [],
  };
  const sections = Object.keys(GUIDE_SECTIONS) as (keyof typeof GUIDE_SECTIONS)[];
  return {
    id,
    name,
    own: provider.own === true,
    links: (['keys', 'docs', 'status'] as const).flatMap((what) => {
      const url = links[what];
      return url === undefined ? [] : [{ what, url }];
    }),
    sections: sections
      .filter((each) => blocks[each].length > 0)
      .map((each) => ({ id: each, title: GUIDE_SECTIONS[each], blocks: [...blocks[each]] })),
  };
}
