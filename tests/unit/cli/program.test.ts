import { expect, test, vi } from 'vitest';
import { runProgram } from '../../../cli/program.ts';
import { AppError } from '../../../shared/errors.ts';

/** What a command line that cannot be is answered with; nothing of it may run. */
async function refusalOf(...words: readonly string[]): Promise<{ readonly message: string; readonly hint: string }> {
  const error: unknown = await runProgram(words).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new Error(`"${words.join(' ')}" was not refused`);
  expect(error.code).toBe('invalid_input');
  return { message: error.message, hint: error.hint };
}

async function printed(...words: readonly string[]): Promise<string> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await runProgram(words);
    return write.mock.calls.map(([text]) => text.toString()).join('');
  } finally {
    write.mockRestore();
  }
}

test.each([
  [['lst'], 'lst', 'list'],
  [['quota', 'lst'], 'lst', 'list'],
  // These do something without a sub-command too.
  [['audit', 'lst'], 'lst', 'list'],
  [['inbox', 'raed', '3'], 'raed', 'read'],
  [['usage', 'calender'], 'calender', 'calendar'],
  [['providers', 'ad', 'file.json'], 'ad', 'add'],
])('a wrong word is told with the one that was meant: %j', async (words, wrong, meant) => {
  expect(await refusalOf(...words)).toEqual({
    message: `There is no command "${wrong}".`,
    hint: `Did you mean ${meant}?`,
  });
});

test.each([
  ['audit', 'list', 'extra'],
  ['providers', 'openai', 'github'],
  ['get', 'kh://openai/work', 'kh://openai/spare'],
])('a word too many is none of the commands: %s %s %s', async (...words) => {
  expect((await refusalOf(...words)).message).toBe('There are more arguments than this command takes.');
});

test.each([
  [['add', 'openai', 'sk-typed-here'], '--stdin'],
  [['add', 'openai', '--api-key=sk-typed-here'], '--stdin'],
  [['rotate', 'kh://openai/work', 'sk-typed-here'], '--stdin'],
  [['unlock', 'sk-typed-here'], '--password-stdin'],
  [['init', '--password', 'sk-typed-here'], '--password-stdin'],
])('a secret as an argument is refused with the way to give it, and not repeated: %j', async (words, way) => {
  const { message, hint } = await refusalOf(...words);
  expect(message).toContain('a secret is never taken from the command line');
  expect(hint).toContain(`Use ${way}, or type it`);
  expect(hint).toContain('replace it');
  expect(message + hint).not.toContain('sk-typed');
});

test.each(['openai/work', 'kh://openai/work', 'kh://openai', 'aws/main/secret_access_key?version=2'])(
  'a reference without a command is told what is missing: %s',
  async (word) => {
    const { message, hint } = await refusalOf(word);
    expect(message).toContain('what to do with it is missing');
    expect(hint).toContain('keyharbor get kh://openai/work');
  },
);

test.each(['sk-proj-typed', 'Sk/Typed', './file'])('what is no reference is an unknown command: %s', async (word) => {
  expect((await refusalOf(word)).message).toMatch(/^There is no command/);
});

test('a small v is told the version', async () => {
  expect((await refusalOf('-v')).hint).toBe('Did you mean --version?');
});

test.each([
  ['quota', 'sett', 'Did you mean set?'],
  ['usage', 'calender', 'Did you mean calendar?'],
  ['webhook', 'xyzzy', 'See "keyharbor webhook --help" for what there is.'],
])('help on what is no part of a command says so: %s %s', async (topic, part, hint) => {
  expect(await refusalOf('help', topic, part)).toEqual({ message: `There is no command "${part}".`, hint });
});

test('options before the command are told where they stand', async () => {
  expect((await refusalOf('--json', 'list')).hint).toContain('after the command');
});

test('help explains a sub-command too, in both orders', async () => {
  for (const words of [
    ['help', 'quota', 'set'],
    ['quota', 'help', 'set'],
    ['help', 'usage', 'overview'],
    ['usage', 'help', 'overview'],
    ['help', 'providers', 'add'],
  ]) {
    const [, topic = ''] = words;
    const path = words.filter((word) => word !== 'help').join(' ');
    expect(await printed(...words), topic).toContain(`Usage: keyharbor ${path} `);
  }
  expect(await printed('help', 'help')).toContain('Usage: keyharbor COMMAND');
  expect(await printed('help', 'get')).toContain('Usage: keyharbor get ');
});
