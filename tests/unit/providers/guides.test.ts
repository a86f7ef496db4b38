import { describe, expect, test } from 'vitest';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { Guide } from '../../../shared/guide/guide.ts';
import { parseNote } from '../../../shared/guide/note.ts';
import { startTestApp, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { entries } from '../catalogue/entries.ts';

function guide(t: TestApp, id: string): Promise<Guide> {
  const call = { caller: 'window', connection: 'test', method: 'providers.guide', params: { id } } as const;
  return createRouter(t.app)(call) as Promise<Guide>;
}

function own(id: string): string {
  return JSON.stringify({ ...entries.find((entry) => entry.id === 'groq'), id, name: 'Mine' });
}

describe('the guide to a provider', () => {
  test.each(entries.map(({ id }) => id))('%s can be read, locked or not, and says how to get a key', async (id) => {
    const { name, own: isOwn, sections } = await guide(startTestApp(), id);
    expect([name, isOwn]).toEqual([entries.find((entry) => entry.id === id)?.name, false]);
    expect(sections.map((section) => section.id)).toEqual(expect.arrayContaining(['key', 'kinds', 'test']));
    for (const { blocks } of sections) expect(blocks).not.toEqual([]);
  });

  test('of an own provider is what its descriptor says, and nobody else’s note', async () => {
    const t = await startUnlockedApp();
    const document = own('mine');
    t.app.ownProviders.save(document, t.app.ownProviders.preview(document).hash, 'cli');
    const { own: isOwn, sections } = await guide(t, 'mine');
    expect(isOwn).toBe(true);
    expect(sections.map(({ id }) => id)).toEqual(['kinds', 'test', 'address']);
    expect(JSON.stringify(sections)).toContain('keyharbor add mine --stdin');
  });

  test('is not there for a provider that nobody knows', async () => {
    await expect(guide(startTestApp(), 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('has links that open without a question; any other is asked about', async () => {
    const t = startTestApp();
    const asked: string[] = [];
    const opened: string[] = [];
    Object.assign(t.shell, {
      confirm: ({ detail }: { readonly detail: string }) => Promise.resolve(asked.push(detail) > 1),
      openLink: (url: string) => Promise.resolve(opened.push(url)),
    });
    const open = (url: string) =>
      createRouter(t.app)({ caller: 'window', connection: 'test', method: 'app.openLink', params: { url } });
    await open('https://myaccount.google.com/apppasswords');
    expect([asked, opened]).toEqual([[], ['https://myaccount.google.com/apppasswords']]);
    await expect(open('https://myaccount.google.com/')).rejects.toMatchObject({ code: 'forbidden' });
    expect(asked).toEqual(['https://myaccount.google.com/']);
  });
});

describe('a note', () => {
  const read = (text: string) => parseNote(`## Get a key\n\n${text}\n`).get('key');
  const words = (text: string) => ({ kind: 'text', text });

  test('has paragraphs, lists, tables and fences, with code, strong words and links in them', () => {
    expect(read('Two\nlines of `code`.')).toEqual([
      { kind: 'paragraph', text: [words('Two lines of '), { kind: 'code', text: 'code' }, words('.')] },
    ]);
    expect(read('- **Best**: one\n  more\n- two')).toEqual([
      { kind: 'list', items: [[{ kind: 'strong', text: 'Best' }, words(': one more')], [words('two')]] },
    ]);
    expect(read('| a | b |\n| --- | --- |\n| [c](https://c.example) | |')).toEqual([
      {
        kind: 'table',
        head: [[words('a')], [words('b')]],
        rows: [[[{ kind: 'link', text: 'c', url: 'https://c.example' }], []]],
      },
    ]);
    expect(read('Run:\n\n```\nprintf **x** | a\n\nb\n```\n\nThen.')?.map(({ kind }) => kind)).toEqual([
      'paragraph',
      'code',
      'paragraph',
    ]);
  });

  test.each([
    '### Smaller',
    '> quoted',
    '1. first',
    '![picture](https://a.example/x.png)',
    '<b>bold</b>',
    '[script](javascript:alert)',
    '[plain](http://a.example)',
    'an **open end',
  ])('cannot hold %s', (text) => {
    expect(() => read(text)).toThrow(/cannot hold/);
  });
});
