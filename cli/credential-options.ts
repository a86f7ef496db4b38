import type { Command } from 'commander';
import type { CredentialChanges } from '../shared/contract/schemas.ts';
import { DELIVERY_FORMS, type DeliveryForm } from '../shared/delivery.ts';
import { LABEL_PATTERN } from '../shared/reference.ts';
import { isDay, isTime } from './date-words.ts';
import { usage } from './fail.ts';

export interface CredentialOptions {
  readonly auth?: string;
  readonly label?: string;
  readonly name?: string;
  readonly scope?: string;
  readonly tag?: readonly string[];
  readonly project?: string;
  readonly expires?: string;
  readonly baseUrl?: string;
  readonly local?: boolean;
  readonly weakestForm?: string;
  readonly test?: boolean;
  readonly json?: boolean;
}

/** The metadata options that `add` and `edit` share. */
export function credentialOptions(command: Command): Command {
  return command
    .option('--auth <kind>', 'kind of credential, where the provider has several')
    .option('--label <label>', 'name in references (a-z 0-9 . _ -); "default" if left out')
    .option('--name <text>', 'free text for people')
    .option('--scope <scope>', 'user (your own) or system (shared, used when no own key is there)')
    .option('--tag <tag>', 'a tag; repeat for more', (tag: string, all: readonly string[] = []) => [...all, tag])
    .option('--project <text>', 'the project it belongs to')
    .option('--expires <date>', 'when it ends: 2027-01-31')
    .option('--base-url <url>', "another address than the provider's own")
    .option('--local', 'the base URL is one exact loopback or private address')
    .option('--weakest-form <form>', 'what programs may get at most: proxy, token, environment, value; or default')
    .option('--test', 'test the connection afterwards')
    .option('--json', 'as JSON');
}

function expiry(text: string): string {
  if (isDay(text) || isTime(text)) return text;
  throw usage('--expires takes a date.', 'For example 2027-01-31, or 2027-01-31T12:00:00Z.');
}

/** `default` is null: what holds for all credentials. @throws AppError `invalid_input`. */
function formOf(word: string): DeliveryForm | null {
  const form = word === 'default' ? null : DELIVERY_FORMS.find((known) => known === word);
  if (form !== undefined) return form;
  throw usage('This form is not known.', `Safest first: ${DELIVERY_FORMS.join(', ')}; or default.`);
}

/**
 * The metadata that was given, in the shape of the contract. `none` takes an expiry or a base URL away, an empty tag
 * the tags.
 * @throws AppError `invalid_input`.
 */
export function metadata(options: CredentialOptions): Omit<CredentialChanges, 'fields'> {
  const { label, name, scope, tag, project, expires, baseUrl, local, weakestForm } = options;
  if (label !== undefined && !LABEL_PATTERN.test(label)) {
    throw usage(
      'This label cannot be used.',
      '1 to 64 of a-z 0-9 . _ - and a letter or digit first; free text goes to --name.',
    );
  }
  if (scope !== undefined && scope !== 'user' && scope !== 'system') throw usage('--scope is user or system.');
  return {
    ...(label === undefined ? {} : { label }),
    ...(name === undefined ? {} : { name }),
    ...(scope === undefined ? {} : { scope }),
    ...(tag === undefined ? {} : { tags: [...new Set(tag)].filter((each) => each !== '') }),
    ...(project === undefined ? {} : { project }),
    ...(expires === undefined ? {} : { expiresAt: expires === 'none' ? null : expiry(expires) }),
    ...(baseUrl === undefined ? {} : { baseUrl: baseUrl === 'none' ? null : baseUrl }),
    ...(local === undefined ? {} : { local }),
    ...(weakestForm === undefined ? {} : { weakestForm: formOf(weakestForm) }),
  };
}
