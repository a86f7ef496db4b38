import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor, FieldDescriptor } from '../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { templateFields } from '../providers/catalogue.ts';
import {
  isHeaderName,
  isHeaderValue,
  isHost,
  isHostname,
  isPathSegment,
  isPort,
  isRequestPath,
  isSendableSecret,
} from '../providers/sendable.ts';

/** Fields that were checked against the catalogue, secret and public ones apart. */
export interface FieldInput {
  readonly secrets: ReadonlyMap<string, string>;
  readonly plain: ReadonlyMap<string, string>;
}

const MAX_HEADER_SECRET = 8 * 1024; // servers commonly stop at 8 or 16 KiB of headers
const MAX_PLAIN = 4096;
const NOTHING = 'Nothing was stored.';

function goesIntoHeader(kind: AuthKindDescriptor, name: string): boolean {
  return kind.send.some((each) => each.where === 'header' && templateFields(each.value).includes(name));
}

function assertSecret(kind: AuthKindDescriptor, field: FieldDescriptor, value: string): void {
  const sendable = goesIntoHeader(kind, field.name)
    ? isSendableSecret(value)
    : field.multiline || !/[\r\n]/.test(value);
  if (!sendable) {
    throw new AppError(
      'invalid_key_format',
      `${field.label} holds a space, a line break or another character that cannot be sent. ${NOTHING}`,
      'Copy it again, without anything around it.',
    );
  }
  if (goesIntoHeader(kind, field.name) && value.length > MAX_HEADER_SECRET) {
    throw new AppError(
      'invalid_key_format',
      `${field.label} is longer than a request can carry. ${NOTHING}`,
      'Copy the key alone, not the file around it.',
    );
  }
}

const SHAPES: Readonly<
  Record<NonNullable<FieldDescriptor['shape']>, { readonly fits: (value: string) => boolean; readonly hint: string }>
> = {
  header_name: { fits: isHeaderName, hint: 'Give the name of a request header such as X-Api-Key.' },
  header_value: { fits: isHeaderValue, hint: 'Only printable ASCII characters can stand in a header.' },
  path: { fits: isRequestPath, hint: 'Give a path such as /v1/me, without "..", "//" and "#".' },
  path_segment: { fits: isPathSegment, hint: 'Letters, digits and . _ ~ : @ - are known here.' },
  host_label: { fits: (value) => isHost(value) && !/[.:]/.test(value), hint: 'Give one name without dots.' },
  host: { fits: isHost, hint: 'Give a host name such as api.example.com, with a port if needed.' },
  hostname: { fits: isHostname, hint: 'Give a host name such as mail.example.com; the port is a field of its own.' },
  port: { fits: isPort, hint: 'Give a number from 1 to 65535.' },
};

function assertPlain(field: FieldDescriptor, value: string): void {
  if (field.options !== undefined && !field.options.includes(value)) {
    throw new AppError(
      'invalid_input',
      `${field.label} is not valid. ${NOTHING}`,
      `One of ${field.options.join(', ')}.`,
    );
  }
  const shape = field.shape === undefined ? null : SHAPES[field.shape];
  const fits = shape ? shape.fits(value) : field.multiline || !/\p{Cc}/u.test(value);
  if (fits && value.length <= MAX_PLAIN) return;
  throw new AppError(
    'invalid_input',
    `${field.label} is not valid. ${NOTHING}`,
    shape?.hint ?? 'Give one line of ordinary text.',
  );
}

/** An empty public field means "not filled in", but for one whose default would otherwise step in. */
function isFilledIn(field: FieldDescriptor, value: string): boolean {
  return value !== '' || (field.default !== undefined && field.shape === 'header_value');
}

function unknownField(provider: ProviderDescriptor, kind: AuthKindDescriptor, name: string): AppError {
  // A name that could be a pasted key is not repeated.
  const which = /^[a-z_]{1,20}$/.test(name) ? `“${name}”` : 'one of these names';
  return new AppError(
    'invalid_input',
    `${provider.name} (${kind.label}) has no field called ${which}. ${NOTHING}`,
    `Its fields: ${kind.fields.map((field) => field.name).join(', ')}.`,
  );
}

/**
 * Checks given fields against an auth kind of the catalogue. A key of an unusual format passes: that only warns.
 * @throws AppError `invalid_input` naming the field that is unknown, missing or misshapen; `invalid_key_format` for a
 *   secret that cannot be sent at all. The value itself is never repeated.
 */
export function checkFields(
  provider: ProviderDescriptor,
  kind: AuthKindDescriptor,
  given: ReadonlyMap<string, string>,
): FieldInput {
  for (const name of given.keys()) {
    if (!kind.fields.some((field) => field.name === name)) throw unknownField(provider, kind, name);
  }
  const secrets = new Map<string, string>();
  const plain = new Map<string, string>();
  for (const field of kind.fields) {
    // A default that is needed is kept: what the catalogue says later does not move this credential.
    const typed = given.get(field.name);
    const isTyped = typed !== undefined && isFilledIn(field, typed);
    const value = field.required && !isTyped ? (field.default ?? typed) : typed;
    if (value === undefined || (field.secret ? value === '' : !isFilledIn(field, value))) {
      if (!field.required) continue;
      throw new AppError(
        'invalid_input',
        `${field.label} (field ${field.name}) is missing. ${NOTHING}`,
        field.secret ? 'Type it in, or pass it with --stdin.' : `Give it with --field ${field.name}=VALUE.`,
      );
    }
    if (field.secret) {
      assertSecret(kind, field, value);
      secrets.set(field.name, value);
    } else {
      assertPlain(field, value);
      plain.set(field.name, value);
    }
  }
  return { secrets, plain };
}
