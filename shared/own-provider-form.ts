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
 * The form as a descriptor (shared/provider.ts), which the core judges like any file. What is wrong in the form is wrong
 * in the descriptor: nothing is checked here.
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
