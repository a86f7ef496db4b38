import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BUSY_PAGES, emptyLogAt, emptyLongLog, USUAL_PAGES } from '../../../electron/core/store/checkpoints.ts';
import { usageFile } from '../usage/usage-file.ts';

const PAGE_BYTES = 4096;

/** A database, and what puts so many pages into its log. */
function logged() {
  const { db, paths } = usageFile();
  db.exec('CREATE TABLE page (bytes BLOB)');
  const insert = db.prepare('INSERT INTO page VALUES (randomblob(3000))');
  const write = db.transaction((pages: number) => {
    for (let page = 0; page < pages; page += 1) insert.run();
  });
  return { db, write, size: () => statSync(paths.usageDb).size };
}

test('a log that is no longer than usual stays; a longer one is emptied into the file', () => {
  const { db, write, size } = logged();
  emptyLogAt(db, BUSY_PAGES);
  const before = size();
  write(USUAL_PAGES / 2);
  emptyLongLog(db);
  expect(size()).toBe(before);
  write(USUAL_PAGES);
  expect(size()).toBe(before); // a commit leaves it where it is
  emptyLongLog(db);
  expect(size()).toBeGreaterThan(1.5 * USUAL_PAGES * PAGE_BYTES);
});

test('what was emptied is not emptied again', () => {
  const { db, write, size } = logged();
  emptyLogAt(db, 0);
  write(2 * USUAL_PAGES);
  emptyLongLog(db);
  const emptied = size();
  write(USUAL_PAGES / 2);
  emptyLongLog(db);
  expect(size()).toBe(emptied);
});

test('never: a commit empties nothing, however long the log is', () => {
  const { db, write, size } = logged();
  emptyLogAt(db, 0);
  const before = size();
  write(BUSY_PAGES + 1);
  expect(size()).toBe(before);
});
