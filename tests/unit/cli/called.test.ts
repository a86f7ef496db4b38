import { afterEach, expect, test, vi } from 'vitest';
import { asCalled, helpAsCalled, takeCalledName } from '../../../cli/called.ts';

afterEach(() => vi.unstubAllEnvs());

test('advice has the commands as they can be typed in a checkout, options that stand alone too', () => {
  vi.stubEnv('PATH', '');
  takeCalledName({ KEYHARBOR_CALLED: './cli/keyharbor' });
  expect(asCalled('Run "keyharbor unlock".')).toBe('Run "./cli/keyharbor unlock".');
  expect(asCalled('See "keyharbor --help" for what there is.')).toBe('See "./cli/keyharbor --help" for what there is.');
  expect(asCalled('Keyharbor asks; ~/.config/keyharbor is its home.')).toBe(
    'Keyharbor asks; ~/.config/keyharbor is its home.',
  );
});

test('a line of help that says how commands are called too, but not by a path that would tear its columns', () => {
  vi.stubEnv('PATH', '');
  takeCalledName({ KEYHARBOR_CALLED: './cli/keyharbor' });
  expect(helpAsCalled('Usage: keyharbor COMMAND [options]')).toBe('Usage: ./cli/keyharbor COMMAND [options]');
  expect(helpAsCalled('Usage: keyharbor [options]')).toBe('Usage: ./cli/keyharbor [options]');
  expect(helpAsCalled('Commands of keyharbor COMMANDS')).toBe('Commands of keyharbor COMMANDS');
  takeCalledName({ KEYHARBOR_CALLED: '/srv/keyharbor/cli/keyharbor' });
  expect(helpAsCalled('Usage: keyharbor [options]')).toBe('Usage: keyharbor [options]');
  expect(asCalled('Run "keyharbor unlock".')).toBe('Run "/srv/keyharbor/cli/keyharbor unlock".');
});

test('where the program is installed, the commands stand as they are', () => {
  vi.stubEnv('PATH', '');
  takeCalledName({});
  expect(asCalled('See "keyharbor --help".')).toBe('See "keyharbor --help".');
});
