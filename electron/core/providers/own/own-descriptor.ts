import type { z } from 'zod';
import { AppError } from '../../../../shared/errors.ts';
import { MAX_DESCRIPTOR_BYTES, ownProviderProblems } from '../../../../shared/own-provider-rules.ts';
import { type ProviderDescriptor, providerDescriptor } from '../../../../shared/provider/descriptor.ts';
import { normaliseBaseUrl } from '../base-url.ts';
import { primaryProblems, templateFields } from '../catalogue.ts';
import { catalogueBase } from '../place.ts';
import { parseStrictJson } from '../strict-json.ts';

export type OwnDescriptor = ProviderDescriptor & { readonly own: true };

function refused(what: string): AppError {
  return new AppError(
    'invalid_input',
    `This is not a provider that can be added: ${what}. Nothing was changed.`,
    'The schema is that of the built-in ones; look at one of them.',
  );
}

/** Names the place, never what stands there: the file may be the wrong one. */
function inWords(issue: z.core.$ZodIssue): string {
  const isName = issue.code === 'unrecognized_keys' || issue.code === 'invalid_key';
  const path = (issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path).map(String).join('.');
  const at = path === '' ? 'it' : `"${path}"`;
  if (isName) return `${at} has a member that is not known`;
  return issue.code === 'custom' ? `${at}: ${issue.message}` : `${at} is missing or not as it has to be`;
}

/**
 * Judges the text of a descriptor that came from outside.
 * @throws AppError `invalid_input` that says what is wrong and repeats no value; `security_violation` for metadata services.
 */
export function readOwnDescriptor(text: string): OwnDescriptor {
  if (Buffer.byteLength(text, 'utf8') > MAX_DESCRIPTOR_BYTES) throw refused('it is larger than 256 KiB');
  const parsed = providerDescriptor.safeParse(parseStrictJson(text));
  if (!parsed.success) throw refused(parsed.error.issues.slice(0, 3).map(inWords).join('; '));
  const problems = [...primaryProblems(parsed.data), ...ownProviderProblems(parsed.data)];
  if (problems.length > 0) throw refused(problems.slice(0, 3).join('; '));
  for (const kind of parsed.data.auth) {
    const base = catalogueBase({ provider: parsed.data, kind });
    if (base !== null && kind.address.length === 0 && templateFields(base).length === 0) {
      normaliseBaseUrl(base, kind.local);
    }
  }
  return { ...parsed.data, own: true };
}
