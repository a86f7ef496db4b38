import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, expect, test } from 'vitest';
import { ALL_COMMANDS } from '../../../cli/commands.ts';
import { buildProgram } from '../../../cli/program.ts';

/** docs/command-line.md against the program: what stands there is there, and what is there stands there. */
const text = readFileSync(join(import.meta.dirname, '../../../docs/command-line.md'), 'utf8');
const OPTION = /(?<![\w-])--?[a-z][a-z-]*/g;

interface Known {
  readonly path: string;
  readonly command: Command;
}

let all: readonly Known[] = [];
beforeAll(async () => {
  const walk = (command: Command, words: readonly string[]): Known[] =>
    command.commands
      .filter((each) => each.name() !== 'help')
      .flatMap((each) => {
        const path = [...words, each.name()];
        return [{ path: path.join(' '), command: each }, ...walk(each, path)];
      });
  all = walk(await buildProgram(ALL_COMMANDS), []);
});

const flagsOf = ({ options }: Command): string[] => options.flatMap(({ long, short }) => [long ?? '', short ?? '']);

/** The command lines of the page: what stands behind "keyharbor" up to the next program, comment or quote. */
function linesOf(page: string): readonly string[] {
  return page
    .split('\n')
    .flatMap((line) =>
      [...line.matchAll(/(?<![\w/"-])keyharbor ([a-z][^`|#\n]*)/g)].map(([, words = '']) => words.trim()),
    );
}

function commandOf(words: string): Known | null {
  const [first = '', second = ''] = words.split(/\s+/);
  return all.find(({ path }) => path === `${first} ${second}`) ?? all.find(({ path }) => path === first) ?? null;
}

test('each command that the page shows is there, with these options', () => {
  const wrong = linesOf(text).flatMap((line) => {
    if (/^help\b/.test(line)) return [];
    const known = commandOf(line);
    if (known === null) return [line];
    const ours = line.split(' -- ')[0] ?? '';
    const flags = [...flagsOf(known.command), '--help'];
    return (ours.match(OPTION) ?? []).filter((flag) => !flags.includes(flag)).map((flag) => `${known.path} ${flag}`);
  });
  expect(linesOf(text).length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

const OF_OTHERS = ['--vault-password-file'];

test('each option that the page names is one of a command', () => {
  const known = new Set(all.flatMap(({ command }) => flagsOf(command)));
  const spans = [...text.matchAll(/`(--[a-z]+(?:-[a-z]+)*)(?![-\w])[^`]*`/g)].map(([, flag = '']) => flag);
  expect(spans.length).toBeGreaterThan(100);
  expect([...new Set(spans)].filter((flag) => !known.has(flag) && !OF_OTHERS.includes(flag))).toEqual([]);
});

test('each command stands on the page', () => {
  const missing = all
    .filter(({ path, command }) => command.commands.length === 0 || path.includes(' '))
    .filter(({ path }) => {
      const [first = '', second] = path.split(' ');
      if (new RegExp(`(?:keyharbor |\`)${path}(?![\\w-])`).test(text)) return false;
      // "`list`, `make`" in the row of its group.
      return (
        second === undefined ||
        !text.split('\n').some((line) => line.includes(`\`${first}`) && line.includes(`\`${second}`))
      );
    })
    .map(({ path }) => path);
  expect(missing).toEqual([]);
});

test('each option stands on the page', () => {
  const named = new Set(text.match(OPTION));
  const missing = all.flatMap(({ path, command }) =>
    command.options
      .filter(({ long, short }) => ![long, short].some((flag) => named.has(flag ?? '')))
      .map(({ flags }) => `${path} ${flags}`),
  );
  expect(missing).toEqual([]);
});

/** These print what another program reads, or run until they are ended. */
const WITHOUT_JSON = [
  ...['run', 'serve', 'mcp', 'completion'],
  ...['credential-helper git', 'credential-helper docker', 'credential-helper aws', 'credential-helper claude'],
  ...['usage export', 'audit export'], // a format of their own
];

test('every command takes --json, but for those that say nothing to a person', () => {
  const leaves = all.filter(({ command }) => command.commands.filter((each) => each.name() !== 'help').length === 0);
  const without = leaves.filter(({ command }) => !flagsOf(command).includes('--json')).map(({ path }) => path);
  expect(without.toSorted()).toEqual(WITHOUT_JSON.toSorted());
});
