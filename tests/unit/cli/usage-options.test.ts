import { homedir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noneOf } from '../../../cli/none-of.ts';
import { filterFrom } from '../../../cli/usage-options.ts';
import { m } from '../../../renderer/i18n/messages.ts';

test.each([
  ['.', process.cwd()],
  ['./site', join(process.cwd(), 'site')],
  ['..', join(process.cwd(), '..')],
  ['~', homedir()],
  ['~/work', join(homedir(), 'work')],
  // What calls name need not be a path; the empty name is that of calls without a folder.
  ['site', 'site'],
  ['/srv/site', '/srv/site'],
  ['.hidden', '.hidden'],
  ['', ''],
])('a project given as %j is looked for as %j', (typed, looked) => {
  expect(filterFrom({ project: [typed] })).toEqual({ filter: { project: [looked] } });
});

test.each(['model', 'client', 'credential', 'project', 'endpoint'] as const)(
  'calls that name no %s are called as in the window',
  (by) => {
    expect(noneOf(by)).toBe(`(${m.usage.unknown[by].charAt(0).toLowerCase()}${m.usage.unknown[by].slice(1)})`);
  },
);
