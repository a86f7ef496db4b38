import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Where the program's own files lie, in a checkout, a package or a build. */
export interface ProjectFiles {
  readonly root: string;
  readonly resourcesDir: string;
  readonly version: string;
}

/** Looks upwards from `start` for the folder with package.json and resources/. Throws where there is none. */
export function findProjectFiles(start: string): ProjectFiles {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    const resourcesDir = join(folder, 'resources');
    if (existsSync(manifest) && existsSync(resourcesDir)) {
      const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(manifest, 'utf8')));
      return { root: folder, resourcesDir, version };
    }
    if (dirname(folder) === folder) throw new Error('the program files are incomplete: resources/ is missing');
  }
}
