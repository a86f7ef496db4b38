import { AppError } from '../../../shared/errors.ts';

const MAX_LENGTH = 2048;

/**
 * The link in the form a browser would read it, if it may be opened: https, no user name in it.
 * @throws AppError `invalid_input`; the link itself is not repeated.
 */
export function openableLink(link: string): string {
  const url = link.length <= MAX_LENGTH && URL.canParse(link) ? new URL(link) : null;
  if (url === null || url.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new AppError('invalid_input', 'This link was not opened.', 'Only https links can be opened.');
  }
  return url.href;
}
