import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pageHeaders } from './content-policy.ts';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

export interface PageAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A page of ours: which origin it has, and which file stands for `/`. */
export interface PageSite {
  readonly origin: string;
  readonly start: string;
}

/**
 * The packaged files of the renderer, listed once when the host starts. A request is looked up by its exact path in
 * this list; nothing of a URL ever becomes part of a file's path, so there is nothing to escape from.
 */
export class PageFiles {
  readonly #files = new Map<string, { readonly file: string; readonly contentType: string }>();
  readonly #html = new Set<string>();

  /** @param folder - out/renderer; a missing one means the build was not made, and throws. */
  constructor(folder: string) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const contentType = CONTENT_TYPES[extname(entry.name)];
      if (!entry.isFile() || contentType === undefined) continue;
      const file = join(entry.parentPath, entry.name);
      const path = `/${file.slice(folder.length).split(/[\\/]/).filter(Boolean).join('/')}`;
      this.#files.set(path, { file, contentType });
      if (path.endsWith('.html')) this.#html.add(path);
    }
  }

  /** Answers a request to `site`. A page of another site, another origin, method or path is a plain 404. */
  answer(site: PageSite, method: string, url: string): PageAnswer {
    const path = pathOf(site, url);
    const wanted = path === '/' ? site.start : path;
    const entry = method === 'GET' && wanted !== null ? this.#files.get(wanted) : undefined;
    const foreign = wanted !== null && this.#html.has(wanted) && wanted !== site.start;
    if (entry === undefined || foreign) return notFound();
    return { status: 200, headers: pageHeaders(entry.contentType), body: readFileSync(entry.file) };
  }
}

export function notFound(): PageAnswer {
  return { status: 404, headers: pageHeaders('text/plain; charset=utf-8'), body: Buffer.from('Not found.') };
}

/** Only the exact start `origin/` counts: a parsed URL could read a disguised one as ours. */
function pathOf(site: PageSite, url: string): string | null {
  if (!url.startsWith(`${site.origin}/`)) return null;
  return url.slice(site.origin.length).split(/[?#]/)[0] ?? null;
}
