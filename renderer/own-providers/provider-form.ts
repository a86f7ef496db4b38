import type { OwnProviderForm } from '../../shared/own-provider-form.ts';
import { m } from '../i18n/messages.ts';

export type Way = OwnProviderForm['auth']['how'];
export type Version = OwnProviderForm['versions'][number];

/** What is typed, before it is a form of the contract: nothing is lost when another way is looked at. */
export interface TypedProvider {
  readonly name: string;
  /** null: follows the name. */
  readonly id: string | null;
  readonly baseUrl: string;
  readonly local: boolean;
  readonly way: Way;
  readonly header: string;
  readonly template: string;
  readonly parameter: string;
  readonly checkPath: string;
  readonly expected: string;
  readonly versions: readonly Version[];
}

export const EMPTY_PROVIDER: TypedProvider = {
  name: '',
  id: null,
  baseUrl: '',
  local: false,
  way: 'bearer',
  header: 'X-API-Key',
  template: '{api_key}',
  parameter: 'key',
  checkPath: '',
  expected: '200',
  versions: [],
};

/** "Acme Search!" becomes "acme_search". */
export function idFromName(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 32);
}

export const idOf = ({ id, name }: TypedProvider): string => id ?? idFromName(name);

/** By field; empty where the core is to look at it. */
export function providerErrors(typed: TypedProvider): Partial<Record<'name' | 'id' | 'baseUrl' | 'expected', string>> {
  const status = Number(typed.expected);
  return {
    ...(typed.name.trim() === '' ? { name: m.ownProviders.nameNeeded } : {}),
    ...(/^[a-z][a-z0-9_-]{0,31}$/.test(idOf(typed)) ? {} : { id: m.ownProviders.idWrong }),
    ...(typed.baseUrl.trim() === '' ? { baseUrl: m.ownProviders.baseUrlNeeded } : {}),
    ...(/^\d{3}$/.test(typed.expected.trim()) && status >= 100 && status <= 599
      ? {}
      : { expected: m.ownProviders.expectedWrong }),
  };
}

/** What is typed when an own provider is opened again. */
export function typedOfForm(form: OwnProviderForm): TypedProvider {
  const { id, name, baseUrl, local, auth, checkPath, versions } = form;
  return {
    ...EMPTY_PROVIDER,
    id,
    name,
    baseUrl,
    local,
    way: auth.how,
    ...(auth.how === 'header' ? { header: auth.header, template: auth.template } : {}),
    ...(auth.how === 'query' ? { parameter: auth.parameter } : {}),
    checkPath,
    expected: String(form.expectedStatus),
    versions,
  };
}

export function formOfTyped(typed: TypedProvider): OwnProviderForm {
  const { name, baseUrl, local, way, header, template, parameter, checkPath, versions } = typed;
  const auth: OwnProviderForm['auth'] =
    way === 'header'
      ? { how: way, header: header.trim(), template }
      : way === 'query'
        ? { how: way, parameter: parameter.trim() }
        : { how: way };
  return {
    id: idOf(typed),
    name,
    baseUrl,
    local,
    auth,
    checkPath,
    expectedStatus: Number(typed.expected),
    versions: versions.filter((version) => version.name.trim() !== '' || version.path.trim() !== ''),
  };
}
