import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PROVIDERS = join(import.meta.dirname, '../../resources/providers');

interface Entry {
  baseUrl: { default: string | null; choices?: unknown };
  auth: { local?: boolean; baseUrl?: string; token?: { tokenUrl?: unknown } }[];
  checks: { baseUrl?: string }[];
}

function at(url: string, original: string): string {
  return `${url}${original.replace(/^https:\/\/[^/]+/, '')}`;
}

/**
 * The catalogue's own entries with nothing changed but where they are: on a stand-in on this computer. Token endpoints
 * come from the catalogue alone, so this is the one way to stand in for them.
 * @param folder - becomes what `AppOptions.resourcesDir` takes.
 */
export function writeLocalEntries(folder: string, ids: readonly string[], url: string): void {
  mkdirSync(join(folder, 'providers'), { recursive: true });
  for (const id of ids) {
    const entry = JSON.parse(readFileSync(join(PROVIDERS, `${id}.json`), 'utf8')) as Entry;
    entry.baseUrl.default = entry.baseUrl.default === null ? null : at(url, entry.baseUrl.default);
    delete entry.baseUrl.choices;
    for (const kind of entry.auth) {
      kind.local = true;
      delete kind.baseUrl;
      const tokenUrl = kind.token?.tokenUrl;
      if (kind.token === undefined || tokenUrl === undefined) continue;
      if (typeof tokenUrl === 'string') kind.token.tokenUrl = at(url, tokenUrl);
      else {
        const choice = tokenUrl as { urls: Record<string, string> };
        for (const [name, original] of Object.entries(choice.urls)) choice.urls[name] = at(url, original);
      }
    }
    for (const check of entry.checks) delete check.baseUrl;
    writeFileSync(join(folder, 'providers', `${id}.json`), JSON.stringify(entry));
  }
}
