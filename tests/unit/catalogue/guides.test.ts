import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entries } from './entries.ts';

const root = join(import.meta.dirname, '../../..');
const docs = join(root, 'docs/providers');
const notes = join(root, 'resources/guides');
const catalogue = join(root, 'resources/providers');

/** The generator as it is run by hand. */
function guides(...words: readonly string[]): { readonly status: number | null; readonly said: string } {
  const script = join(root, 'scripts/provider-guides.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...words], { encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

/** A copy of `folder` that a test may change. */
function copyOf(folder: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'kh-guides-'));
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

describe('the provider guides', () => {
  it('say what the catalogue and the notes say now', () => {
    expect(guides('--check')).toEqual({ status: 0, said: '' });
  });

  it('are called stale when a page, a note or the catalogue changed alone', () => {
    const [changed, noted] = [copyOf(docs), copyOf(notes)];
    appendFileSync(join(changed, 'openai.md'), 'by hand\n');
    appendFileSync(join(noted, 'slack.md'), '- One thing more.\n');
    rmSync(join(changed, 'aws.md'));
    writeFileSync(join(changed, 'nobody.md'), '# Nobody\n');
    const { status, said } = guides('--check', '--docs', changed, '--notes', noted);
    expect(status).toBe(1);
    expect(said.split('\n').filter((line) => line !== '' && !line.startsWith('Run'))).toEqual([
      'aws.md is missing',
      'openai.md is stale',
      'slack.md is stale',
      'nobody.md has no provider',
    ]);
  });

  it('come for a provider that has no note, and go with one that is taken out', () => {
    const [more, pages] = [copyOf(catalogue), copyOf(docs)];
    const text = readFileSync(join(more, 'groq.json'), 'utf8').replace('"id": "groq"', '"id": "newcomer"');
    writeFileSync(join(more, 'newcomer.json'), text);
    rmSync(join(more, 'groq.json'));
    expect(guides('--catalogue', more, '--docs', pages)).toMatchObject({ status: 0 });
    const page = readFileSync(join(pages, 'newcomer.md'), 'utf8');
    expect(page).toContain('keyharbor add newcomer --stdin');
    expect(page).not.toContain('Get a key\n');
    expect(readdirSync(pages)).not.toContain('groq.md');
    expect(readFileSync(join(pages, 'README.md'), 'utf8')).toContain('(newcomer.md)');
  });

  it('refuse a note with a heading that no page has', () => {
    const noted = copyOf(notes);
    appendFileSync(join(noted, 'groq.md'), '\n## Rumours\n\nNone.\n');
    const { status, said } = guides('--check', '--notes', noted);
    expect(status).not.toBe(0);
    expect(said).toContain('Rumours');
  });
});

describe.each(entries)('the guide of $id', ({ id, auth, checks, links }) => {
  const page = readFileSync(join(docs, `${id}.md`), 'utf8');

  it('names every kind, every field that is asked for, and the page where a key is made', () => {
    for (const { kind, fields } of auth) {
      expect(page).toContain(`\`${kind}\``);
      for (const { name, obtained } of fields) if (obtained !== true) expect(page).toContain(`| \`${name}\` |`);
    }
    if (links.keys !== undefined) expect(page).toContain(links.keys);
  });

  it('says how to get a key and what a test proves, or that there is none', () => {
    expect(page).toContain('## Get a key\n');
    const words = page.replace(/\s+/g, ' ');
    for (const check of checks) expect(words).toContain(check.proves.replace(/[_*]/g, '\\$&'));
    expect(page.includes('There is no test.')).toBe(
      auth.some(({ kind }) => !checks.some((check) => check.for.includes(kind))),
    );
  });

  it('has no address of a package registry', () => {
    expect(page).not.toMatch(/https?:\/\/(registry|packages|pypi|crates|proxy)\./i);
  });
});

describe('links between pages', () => {
  const guidePages = readdirSync(docs).filter((name) => name.endsWith('.md'));
  const pages = [
    'README.md',
    'docs/user-guide.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'docs/command-line.md',
    'docs/architecture.md',
  ];

  it.each([...pages, ...guidePages.map((name) => `docs/providers/${name}`)])(
    '%s points to files that are there',
    (file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target]) => target ?? '');
      expect(targets.filter((target) => !existsSync(join(root, file, '..', target)))).toEqual([]);
    },
  );
});
