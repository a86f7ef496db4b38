// Whether node_modules is a whole install of the lockfile, whoever made it. Runs on any Node from 18 on.
import { existsSync, lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

function readPackages(file) {
  try {
    const packages = JSON.parse(readFileSync(file, 'utf8')).packages;
    return packages !== null && typeof packages === 'object' ? packages : null;
  } catch {
    return null; // not there, or cut short: installed anew
  }
}

/** As npm reads the os and cpu of a package: a list of names, some with ! for "not this one". */
function allows(list, name) {
  const names = [list ?? []].flat();
  if (names.includes(`!${name}`)) return false;
  const wanted = names.filter((each) => !each.startsWith('!'));
  return wanted.length === 0 || wanted.includes(name);
}

const runsHere = ({ os, cpu }, { platform, arch }) => allows(os, platform) && allows(cpu, arch);

/**
 * npm writes node_modules/.package-lock.json as the last thing of an install: what it put where. Every package of the
 * lockfile has to be there in that version and with that content; optional ones may be absent where they are for another
 * platform or C library, or for nothing that is here.
 */
export function isInstalled(folder, here = { platform: process.platform, arch: process.arch }) {
  const wanted = readPackages(join(folder, 'package-lock.json'));
  const found = readPackages(join(folder, 'node_modules/.package-lock.json'));
  if (wanted === null || found === null) return false;
  for (const [path, entry] of Object.entries(found)) {
    const same = wanted[path]?.version === entry.version && wanted[path]?.integrity === entry.integrity;
    if (!same || !runsHere(entry, here) || !existsSync(join(folder, path, 'package.json'))) return false;
  }
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || path in found) return true;
    const needed = entry.os !== undefined && entry.libc === undefined && runsHere(entry, here);
    return entry.optional === true && !needed;
  });
}

/** Whether node_modules is a link: an install would empty the folder behind it, which others may use. */
export function isLinked(folder) {
  return lstatSync(join(folder, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
