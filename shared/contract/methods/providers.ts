import { z } from 'zod';
import { providerGuide } from '../../guide/guide.ts';
import { providerInfo } from '../../provider/info.ts';
import { fieldName, providerId } from '../../provider/parts.ts';
import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import { documentHash, documentPieces, fieldValue, inspection, providerPreview } from '../schemas.ts';

/** Providers: those of the catalogue, and those that the owner describes. */
export const providerMethods = {
  'providers.list': method({ callers: BOTH, states: 'any', input: nothing, output: z.array(providerInfo) }),
  /** How to get a key, what it has to be allowed to do, what a test tells. Own providers: what their descriptor says. */
  'providers.guide': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({ id: providerId }),
    output: providerGuide,
  }),
  /** What a typed or pasted value looks like: warnings, and whose key it is. Nothing is kept. */
  'providers.inspect': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      provider: providerId.optional(),
      authKind: fieldName.optional(),
      field: fieldName.optional(),
      value: fieldValue,
    }),
    output: inspection,
  }),
  /** What a descriptor of an own provider would do. Nothing takes effect. */
  'providers.preview': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ document: documentPieces }),
    output: providerPreview,
  }),
  /** The descriptor of an own provider, as it was given. */
  'providers.document': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId }),
    output: z.strictObject({ document: documentPieces }),
  }),
  /** Adds or replaces an own provider; `hash` is that of a preview. From a window the hosts are asked about outside the page. */
  'providers.save': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ document: documentPieces, hash: documentHash }),
    output: providerInfo,
  }),
  /** An own provider that is off tests nothing and hands nothing out. */
  'providers.enable': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId, enabled: z.boolean() }),
    output: providerInfo,
  }),
  /** `conflict` while a credential of it is kept, in the bin too. */
  'providers.remove': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ id: providerId }),
    output: nothing,
  }),
} as const;
