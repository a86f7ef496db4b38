/**
 * The path of a call without what names one object, so that calls of the same kind are counted together and no id of
 * the provider's is kept: "v1/threads/thread_abc123/runs" becomes "v1/threads/{id}/runs".
 */
const MAX_TEMPLATE = 96;
const MAX_SEGMENTS = 10;

/** What comes after these names something of the caller's, whatever it looks like. */
const NAMES_AFTER: Readonly<Record<string, string>> = {
  models: '{model}',
  tunedModels: '{model}',
  deployments: '{model}',
  repos: '{name}',
  users: '{name}',
  orgs: '{name}',
};

/** @param path - below the base URL; a query is dropped. */
export function endpointTemplate(path: string): string {
  const query = path.indexOf('?');
  const plain = (query === -1 ? path : path.slice(0, query)).replace(/^\/+/, '');
  const cached = known.get(plain);
  if (cached !== undefined) return cached;
  const template = makeTemplate(plain);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(plain, template);
  return template;
}

const MAX_KNOWN = 512;
const known = new Map<string, string>();

function makeTemplate(path: string): string {
  const segments = path.split('/');
  const kept: string[] = [];
  for (const [at, segment] of segments.slice(0, MAX_SEGMENTS).entries()) {
    const before = segments[at - 1] ?? '';
    const colon = segment.indexOf(':');
    const verb = /^:[A-Za-z]{1,40}$/.test(segment.slice(colon)) ? segment.slice(colon) : '';
    const second = segments[at - 2] === 'repos'; // "repos/OWNER/NAME"
    const name = second ? '{name}' : Object.hasOwn(NAMES_AFTER, before) ? NAMES_AFTER[before] : undefined;
    if (name !== undefined && segment !== '') kept.push(name + verb);
    else kept.push(looksLikeId(verb === '' ? segment : segment.slice(0, colon)) ? `{id}${verb}` : segment);
  }
  if (segments.length > MAX_SEGMENTS) kept.push('…');
  const template = kept.join('/');
  return template.length <= MAX_TEMPLATE ? template : `${template.slice(0, MAX_TEMPLATE - 1)}…`;
}

/** Anything but a plain word, a version or a file name of an API's own. */
function looksLikeId(segment: string): boolean {
  if (segment === '' || /^v\d{1,3}(?:beta|alpha)?\d{0,2}$/.test(segment)) return false;
  if (segment.length > 40) return true;
  if (!/^[A-Za-z][A-Za-z0-9._-]*$/.test(segment)) return true;
  return (segment.match(/\d/g) ?? []).length >= 3;
}
