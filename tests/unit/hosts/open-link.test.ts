import { describe, expect, test } from 'vitest';
import { openableLink } from '../../../electron/hosts/common/open-link.ts';

describe('links that may be opened', () => {
  test('https, as a browser would read it', () => {
    expect(openableLink('https://platform.openai.com/api-keys')).toBe('https://platform.openai.com/api-keys');
    expect(openableLink('HTTPS://Example.com')).toBe('https://example.com/');
  });

  test.each([
    'http://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'smb://host/share',
    'https://user:word@example.com/',
    'https://',
    '--help',
    '',
    `https://example.com/${'x'.repeat(3000)}`,
  ])('%s is not', (link) => {
    expect(() => openableLink(link)).toThrow(expect.objectContaining({ code: 'invalid_input' }) as Error);
  });
});
