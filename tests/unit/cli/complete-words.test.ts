import { expect, test } from 'vitest';
import { ALL_COMMANDS } from '../../../cli/commands.ts';
import { spotAfter, VALUES } from '../../../cli/complete-words.ts';
import { buildProgram } from '../../../cli/program.ts';

test('each value that is offered is of an option that there is', async () => {
  const program = await buildProgram(ALL_COMMANDS);
  const commands = program.commands.flatMap((top) => [
    ...top.options.map(({ long }) => `${top.name()} ${long ?? ''}`),
    ...top.commands.flatMap((sub) => sub.options.map(({ long }) => `${top.name()} ${sub.name()} ${long ?? ''}`)),
  ]);
  // One that may be left out stands under both names.
  const all = [...commands, ...commands.map((path) => path.replace('audit list ', 'audit '))];
  for (const key of Object.keys(VALUES))
    expect(
      all.some((path) => path === key || path.endsWith(` ${key}`)),
      key,
    ).toBe(true);
});

test('a value that is typed after its option is no argument', async () => {
  expect(await spotAfter(['edit', '--name', 'x'])).toMatchObject({ path: 'edit', option: null, position: 0 });
  expect(await spotAfter(['edit', '--name'])).toMatchObject({ option: { long: '--name' }, isMore: false });
  expect(await spotAfter(['client', 'add', 'demo', '--grant', 'keys:list'])).toMatchObject({
    path: 'client add',
    option: { long: '--grant' },
    isMore: true,
    position: 1,
  });
  expect(await spotAfter(['run', '--', 'ls'])).toBeNull();
  expect(await spotAfter(['nonsense'])).toBeNull();
});
