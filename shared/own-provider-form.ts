/** The short form of an own provider: what most HTTP APIs need. The window asks for this. */
export interface OwnProviderForm {
  readonly id: string;
  readonly name: string;
  /** Without a slash at the end; https, or, with `local`, one exact loopback or private address. */
  readonly baseUrl: string;
  readonly local: boolean;
  readonly auth:
    | { readonly how: 'bearer' }
    /** `template` holds {api_key} once. */
    | { readonly how: 'header'; readonly header: string; readonly template: string }
    | { readonly how: 'query'; readonly parameter: string }
    | { readonly how: 'basic' }
    | { readonly how: 'none' };
  /** Below the base URL and the path of the first version that is on; empty: there is no free way to test a key. */
  readonly checkPath: string;
  readonly expectedStatus: number;
  readonly versions: readonly { readonly name: string; readonly path: string; readonly enabled: boolean }[];
}

const KEY = { name: 'api_key', label: 'Key', secret: true, required: true };

/** Initials and a colour that stay the same for the same name. */
function icon(name: string): { readonly initials: string; readonly hue: number } {
  const words = name.trim().split(/\s+/);
  const initials = words.length > 1 ? words.map((word) => [...word][0] ?? '').join('') : name.trim();
  let hue = 0;
  for (const character of name) hue = (hue * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return { initials: [...initials].slice(0, 2).join('').toUpperCase() || '?', hue };
}

function variable(id: string, what: string): string {
  return `${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${what}`;
}

function authKind({ auth, id }: OwnProviderForm): object {
  const keyed = (kind: string, label: string, send: object) => ({
    kind,
    label,
    primary: 'api_key',
    fields: [KEY],
    send: [send],
    environment: [{ field: 'api_key', names: [variable(id, 'API_KEY')] }],
    formats: [],
  });
  switch (auth.how) {
    case 'bearer':
      return keyed('api_key', 'Bearer key', { where: 'header', name: 'Authorization', value: 'Bearer {api_key}' });
    case 'header':
      return keyed('api_key', `Key in ${auth.header}`, { where: 'header', name: auth.header, value: auth.template });
    case 'query':
      return keyed('api_key', `Key as ${auth.parameter}`, { where: 'query', name: auth.parameter, value: '{api_key}' });
    case 'basic':
      return {
        kind: 'basic',
        label: 'User and password',
        primary: 'password',
        fields: [
          { name: 'user', label: 'User', secret: false, required: true },
          { name: 'password', label: 'Password', secret: true, required: true },
        ],
        send: [{ where: 'basic', user: '{user}', password: '{password}' }],
        environment: [
          { field: 'user', names: [variable(id, 'USER')] },
          { field: 'password', names: [variable(id, 'PASSWORD')] },
        ],
        formats: [],
      };
    case 'none':
      return {
        kind: 'none',
        label: 'No secret',
        primary: 'api_key',
        secretless: true,
        fields: [{ ...KEY, required: false, hint: 'Leave it empty where the server asks for none' }],
        send: [],
        environment: [],
        formats: [],
      };
  }
}

/**
 * The form as a descriptor (shared/provider/descriptor.ts), which the core judges like any file. What is wrong in
 * the form is wrong in the descriptor: nothing is checked here.
 */
export function descriptorFromForm(form: OwnProviderForm): object {
  const kind = authKind(form);
  const kindName = form.auth.how === 'basic' || form.auth.how === 'none' ? form.auth.how : 'api_key';
  const version = form.versions.find((each) => each.enabled);
  const path = form.checkPath.trim();
  const expected = form.expectedStatus;
  return {
    schema: 'keyharbor.provider/1',
    id: form.id.trim(),
    name: form.name.trim(),
    category: 'other',
    links: {},
    icon: icon(form.name),
    baseUrl: {
      default: form.baseUrl.trim().replace(/\/+$/, ''),
      changeable: true,
      environment: [variable(form.id, 'BASE_URL')],
      versions: form.versions.map(({ name, path: at, enabled }) => ({ name: name.trim(), path: at.trim(), enabled })),
    },
    auth: [{ ...kind, local: form.local }],
    checks:
      path === ''
        ? []
        : [
            {
              id: 'path',
              for: [kindName],
              method: 'GET',
              path: `${version?.path.trim().replace(/\/+$/, '') ?? ''}${path.startsWith('/') ? path : `/${path}`}`,
              costMicroUsd: 0,
              proves: `The address answers with ${expected}.`,
            },
          ],
    interpret:
      path === ''
        ? []
        : [
            { when: { status: [expected] }, result: 'valid' },
            {
              when: { status: ['2xx'] },
              result: 'provider_unavailable',
              detail: `It answered, but not with the status ${expected} that was expected.`,
              hint: 'Look at the path of the check and the status that it expects.',
            },
          ],
  };
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined,
    value,
  );
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The same text for the same JSON, in whatever order its members stand. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** How the key may be sent, by what stands in the descriptor; which of them it is shows the way back. */
function possibleWays(descriptor: unknown): readonly OwnProviderForm['auth'][] {
  const send = at(descriptor, 'auth', 0, 'send', 0);
  const name = text(at(send, 'name'));
  return [
    { how: 'bearer' },
    { how: 'header', header: name, template: text(at(send, 'value')) },
    { how: 'query', parameter: name },
    { how: 'basic' },
    { how: 'none' },
  ];
}

/**
 * The form that makes this descriptor, to be filled in again.
 * @param descriptor - parsed JSON of an own provider.
 * @returns null where it says anything that the form cannot: nothing of a file is lost by looking at it as a form.
 */
export function formFromDescriptor(descriptor: unknown): OwnProviderForm | null {
  const listed = at(descriptor, 'baseUrl', 'versions');
  const versions = (Array.isArray(listed) ? (listed as readonly unknown[]) : []).map((version) => ({
    name: text(at(version, 'name')),
    path: text(at(version, 'path')),
    enabled: at(version, 'enabled') === true,
  }));
  const base = versions.find(({ enabled }) => enabled)?.path.replace(/\/+$/, '') ?? '';
  const path = text(at(descriptor, 'checks', 0, 'path'));
  const expected = at(descriptor, 'interpret', 0, 'when', 'status', 0);
  const wanted = canonical(descriptor);
  const forms = possibleWays(descriptor).map((auth) => ({
    id: text(at(descriptor, 'id')),
    name: text(at(descriptor, 'name')),
    baseUrl: text(at(descriptor, 'baseUrl', 'default')),
    local: at(descriptor, 'auth', 0, 'local') === true,
    auth,
    checkPath: path.startsWith(base) ? path.slice(base.length) : path,
    expectedStatus: typeof expected === 'number' ? expected : 200,
    versions,
  }));
  return forms.find((form) => canonical(descriptorFromForm(form)) === wanted) ?? null;
}
