import { readdir, readlink, stat } from 'node:fs/promises';

/** The process of this user that has the socket with this inode open; null where there is none. Linux only. */
export async function holderOf(inode: string): Promise<number | null> {
  if (!/^[1-9][0-9]*$/.test(inode)) return null;
  const uid = process.getuid?.();
  const wanted = `socket:[${inode}]`;
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^[0-9]+$/.test(name)) continue;
    const folder = `/proc/${name}`;
    if ((await stat(folder).catch(() => null))?.uid !== uid) continue;
    for (const fd of await readdir(`${folder}/fd`).catch(() => [])) {
      if ((await readlink(`${folder}/fd/${fd}`).catch(() => '')) === wanted) return Number(name);
    }
  }
  return null;
}
