import { z } from 'zod';
import { providerId } from '../provider/parts.ts';

/**
 * The guide to a provider as data: docs/providers/, the window and the command line show the same one, each in its own
 * way. Text is text here and never markup.
 */
const inline = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['text', 'code', 'strong']), text: z.string() }),
  z.strictObject({ kind: z.literal('link'), text: z.string(), url: z.string().regex(/^https:\/\//) }),
]);
const line = z.array(inline);

const block = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('paragraph'), text: line }),
  z.strictObject({ kind: z.literal('list'), items: z.array(line) }),
  z.strictObject({ kind: z.literal('table'), head: z.array(line), rows: z.array(z.array(line)) }),
  /** Lines for a terminal. */
  z.strictObject({ kind: z.literal('code'), text: z.string() }),
  z.strictObject({ kind: z.literal('heading'), text: z.string() }),
]);

/** In the order of a page. Which of them come from a note and which from the catalogue is of-provider.ts's. */
export const GUIDE_SECTIONS = {
  key: 'Get a key',
  permissions: 'Permissions',
  kinds: 'Kinds',
  test: 'What a test tells',
  address: 'Address',
  know: 'Good to know',
} as const;
export type GuideSectionId = keyof typeof GUIDE_SECTIONS;
const sectionId = z.enum(Object.keys(GUIDE_SECTIONS) as [GuideSectionId, ...GuideSectionId[]]);

export const providerGuide = z.strictObject({
  id: providerId,
  name: z.string(),
  /** Made by the owner: all is from its descriptor, nobody wrote down how to get its keys. */
  own: z.boolean(),
  links: z.array(z.strictObject({ what: z.enum(['keys', 'docs', 'status']), url: z.string() })),
  /** Only those that have something to say. */
  sections: z.array(z.strictObject({ id: sectionId, title: z.string(), blocks: z.array(block) })),
});

export type Guide = z.output<typeof providerGuide>;
export type GuideBlock = z.output<typeof block>;
export type GuideInline = z.output<typeof inline>;
export type GuideLine = readonly GuideInline[];

export const plainly = (text: string): GuideInline => ({ kind: 'text', text });
export const strongly = (text: string): GuideInline => ({ kind: 'strong', text });
export const asCode = (text: string): GuideInline => ({ kind: 'code', text });

/** The same with something between, such as commas. */
export function joined(parts: readonly GuideInline[], between: string): GuideInline[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [plainly(between), part]));
}
