import type { ProviderDescriptor } from './provider/descriptor.ts';

/** What is wrong with a catalogue entry whose members each fit the schema: where, and in words. */
export interface DescriptorProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Stand in a path or body for the period that is asked for. */
const PERIOD = new Set(['from_rfc3339', 'to_rfc3339', 'from_epoch', 'to_epoch', 'from_date', 'to_date']);
const TEMPLATE = /\{([a-z][a-z0-9_]*)\}/g;
const BASE_URL = /^(https?):\/\/([a-z0-9.-]+)(?::(\d{1,5}))?(?:\/[A-Za-z0-9._~/-]*)?$/;
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|invalid|test|example|onion)$/;

/** The names in braces of a template, in order. */
export function templateNames(template: string): string[] {
  return [...template.matchAll(TEMPLATE)].map((match) => match[1] ?? '');
}

/** Braces that are no template: a misspelt name would be sent as it stands. */
function hasStrayBrace(template: string): boolean {
  return /[{}]/.test(template.replace(TEMPLATE, ''));
}

/** The templates among the texts of a JSON value, which may hold braces of their own. */
function bodyNames(body: unknown): string[] {
  if (typeof body === 'string') return templateNames(body);
  if (typeof body !== 'object' || body === null) return [];
  return Object.values(body).flatMap(bodyNames);
}

/** A host name in public DNS, as far as its text can tell: no address, no name of a private network. */
function isPublicHost(host: string): boolean {
  return /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(host) && !PRIVATE_NAME.test(host);
}

function urlProblem(template: string, local: boolean): string | null {
  const [, scheme, host = '', port] = BASE_URL.exec(template.replace(TEMPLATE, 'x')) ?? [];
  if (scheme === undefined) return 'is not scheme, host, port and a plain path';
  if (local) return null;
  if (scheme !== 'https') return 'is not https, and no local kind uses it alone';
  if (port !== undefined) return 'names a port, and no local kind uses it alone';
  return isPublicHost(host) ? null : 'is not on a public host';
}

/** Patterns run on what people paste: only what a linear engine could run too. */
function patternProblem(pattern: string): string | null {
  if (/\(\?(?:[=!]|<[=!])/.test(pattern)) return 'uses look-around';
  if (/\\[1-9]/.test(pattern)) return 'uses a back-reference';
  try {
    new RegExp(pattern);
    return null;
  } catch {
    return 'is not a regular expression';
  }
}

function repeated(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

type Kind = ProviderDescriptor['auth'][number];

/** Token endpoints are where refresh tokens and private keys go: what names them must be public and hold together. */
function tokenProblems(
  kind: Kind,
  fields: ReadonlySet<string>,
  open: ReadonlySet<string>,
  report: (message: string) => void,
): void {
  const { token } = kind;
  if (token === undefined) return;
  const { grant, expiresAt, ...rest } = token;
  const primary = kind.fields.find((field) => field.name === kind.primary);
  if (primary?.secret !== true) report('the access token is no secret');
  if (!kind.fields.some((field) => field.name === expiresAt && field.obtained && !field.secret)) {
    report(`"${expiresAt}" is not an obtained public field`);
  }
  if ('tokenUrl' in token) {
    const { tokenUrl } = token;
    const urls = typeof tokenUrl === 'string' ? [tokenUrl] : Object.values(tokenUrl.urls);
    for (const url of urls) {
      const problem = urlProblem(url, kind.local);
      if (problem !== null) report(`the token URL ${problem}`);
      for (const name of templateNames(url)) if (!open.has(name)) report(`no public field is called "${name}"`);
    }
    if (typeof tokenUrl !== 'string') {
      const chooser = kind.fields.find((field) => field.name === tokenUrl.field);
      const known = Object.keys(tokenUrl.urls);
      if (chooser?.options?.every((option) => known.includes(option)) !== true) {
        report(`"${tokenUrl.field}" has options without a token URL`);
      }
    }
  }
  const named: Readonly<Record<string, unknown>> = rest;
  for (const [member, name] of Object.entries(named)) {
    const isName = TOKEN_FIELDS.has(member) && typeof name === 'string';
    if (isName && !fields.has(name)) report(`${grant}: no field is called "${name}"`);
  }
}

const TOKEN_FIELDS = new Set(
  ['clientId', 'clientSecret', 'refreshToken', 'scopes', 'key', 'appId', 'installation'].concat([
    'url',
    'issuer',
    'registration',
    'accessKeyId',
    'secretAccessKey',
    'region',
    'role',
    'sessionAccessKeyId',
    'sessionSecretAccessKey',
  ]),
);

/** What one member of a catalogue entry says about another and does not hold. */
export function descriptorProblems(entry: ProviderDescriptor): DescriptorProblem[] {
  const problems: DescriptorProblem[] = [];
  const report = (message: string, ...path: (string | number)[]) => problems.push({ path, message });
  const kinds = new Map(entry.auth.map((kind) => [kind.kind, new Set(kind.fields.map((field) => field.name))]));
  const checkUrl = (url: string, local: boolean, ...path: (string | number)[]) => {
    const problem = urlProblem(url, local);
    if (problem !== null) report(`the base URL ${problem}`, ...path);
  };
  const names = (given: readonly string[], known: ReadonlySet<string>, ...path: (string | number)[]) => {
    for (const name of given) if (!known.has(name)) report(`no field is called "${name}"`, ...path);
  };

  const twice = repeated(entry.auth.map((kind) => kind.kind)) ?? repeated(entry.checks.map((check) => check.id));
  if (twice !== undefined) report(`"${twice}" is there twice`);

  const inherits = entry.auth.filter((kind) => kind.baseUrl === undefined);
  if (entry.baseUrl.default !== null) {
    checkUrl(entry.baseUrl.default, inherits.length > 0 && inherits.every((kind) => kind.local), 'baseUrl', 'default');
  }
  entry.baseUrl.choices.forEach((choice, index) => checkUrl(choice.url, false, 'baseUrl', 'choices', index));

  entry.auth.forEach((kind, index) => {
    const fields = kinds.get(kind.kind) ?? new Set<string>();
    const open = new Set(kind.fields.filter((field) => !field.secret).map((field) => field.name));
    const at = (...path: (string | number)[]) => ['auth', index, ...path] as const;
    const again = repeated(kind.fields.map((field) => field.name));
    if (again !== undefined) report(`the field "${again}" is there twice`, ...at('fields'));
    names([kind.primary], fields, ...at('primary'));
    kind.fields.forEach((field, number) => {
      if (field.secret && field.default !== undefined) report('a secret has no default', ...at('fields', number));
    });
    kind.send.forEach((placement, number) => {
      const used = Object.values(placement).flatMap((part) => (typeof part === 'string' ? templateNames(part) : []));
      if (placement.where === 'sigv4') {
        const { accessKeyId, secretAccessKey, sessionToken } = placement;
        names([accessKeyId, secretAccessKey, sessionToken], fields, ...at('send', number));
      }
      names(placement.where === 'url' ? [placement.field] : used, fields, ...at('send', number));
      const stray = Object.values(placement).some((part) => typeof part === 'string' && hasStrayBrace(part));
      if (stray) report('a brace is part of no field', ...at('send', number));
      if (placement.where !== 'url') return;
      for (const prefix of placement.prefixes) {
        checkUrl(prefix, false, ...at('send', number));
        if (!prefix.endsWith('/')) report('a prefix ends with a slash', ...at('send', number));
      }
    });
    tokenProblems(kind, fields, open, (message) => report(message, ...at('token')));
    if (kind.entered !== undefined) names([kind.entered], fields, ...at('entered'));
    kind.environment.forEach((entry, number) =>
      names([entry.field, ...(entry.with === undefined ? [] : [entry.with])], fields, ...at('environment', number)),
    );
    kind.address.forEach((place, number) => {
      const parts = Object.entries(place).flatMap(([part, name]) => (part === 'protocol' ? [] : [name]));
      names(parts, open, ...at('address', number));
    });
    kind.fields.forEach((field, number) => {
      if (field.secret && field.options !== undefined) report('a secret has no options', ...at('fields', number));
    });
    const first = repeated(kind.environment.flatMap((entry) => entry.names.slice(0, 1)));
    if (first !== undefined) report(`two fields would be injected as ${first}`, ...at('environment'));
    kind.formats.forEach((format, number) => {
      names([format.field], fields, ...at('formats', number));
      const problem = patternProblem(format.regex);
      if (problem !== null) report(`the format ${problem}`, ...at('formats', number));
    });
    const base = kind.baseUrl ?? entry.baseUrl.default ?? '';
    // A secret in a host name would be told to every resolver on the way.
    names(templateNames(base), open, ...(kind.baseUrl === undefined ? ['baseUrl', 'default'] : at('baseUrl')));
    if (kind.baseUrl !== undefined) checkUrl(kind.baseUrl, kind.local, ...at('baseUrl'));
  });

  const requests = (list: 'checks' | 'accountApis', period: boolean) =>
    entry[list].forEach((request, index) => {
      if ('protocol' in request && request.protocol !== 'http') {
        const { protocol } = request;
        for (const name of request.for) {
          const kind = entry.auth.find((each) => each.kind === name);
          if (kind === undefined) report(`no auth kind is called "${name}"`, list, index, 'for');
          else if (!kind.address.some((each) => each.protocol === protocol)) {
            report(`"${name}" does not say where its ${protocol} server is`, list, index);
          }
        }
        return;
      }
      if (request.baseUrl !== undefined) checkUrl(request.baseUrl, false, list, index, 'baseUrl');
      const form = 'form' in request ? Object.values(request.form ?? {}) : [];
      const templates = [request.path, ...Object.values(request.headers), ...form];
      const used = templates.flatMap(templateNames);
      if (templates.some(hasStrayBrace)) report('a brace is part of no field', list, index);
      for (const kind of request.for) {
        const fields = kinds.get(kind);
        if (fields === undefined) {
          report(`no auth kind is called "${kind}"`, list, index, 'for');
          continue;
        }
        const known = period ? new Set([...fields, ...PERIOD]) : fields;
        const needs = 'needs' in request && Array.isArray(request.needs) ? request.needs : [];
        names([...used, ...needs, ...bodyNames(request.body)], known, list, index);
      }
    });
  requests('checks', false);
  requests('accountApis', true);

  const checks = new Set(entry.checks.map((check) => check.id));
  entry.interpret.forEach((rule, index) => {
    for (const id of rule.checks ?? []) {
      if (!checks.has(id)) report(`no check is called "${id}"`, 'interpret', index, 'checks');
    }
  });
  return problems;
}
