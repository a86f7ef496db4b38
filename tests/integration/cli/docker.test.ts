import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { type BasicSite, basicSite } from './basic-site.ts';
import type { Outcome } from './command.ts';
import { program } from './programs.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const PASSWORD = ['registry', 'pass', 'w0rd!'].join('-');
const TOKEN = fakeKey('github');
let vault: UnlockedHome;
let registry: BasicSite;
let host = '';

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const CONFIG = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  config: {},
  rootfs: { type: 'layers', diff_ids: [] },
});
const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';
const MANIFEST = JSON.stringify({
  schemaVersion: 2,
  mediaType: MANIFEST_TYPE,
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: CONFIG.length, digest: sha256(CONFIG) },
  layers: [],
});

/** As much of the distribution API as reading one image takes. */
const ANSWERS: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/v2/': ['application/json', '{}'],
  '/v2/app/manifests/latest': [MANIFEST_TYPE, MANIFEST],
  [`/v2/app/blobs/${sha256(CONFIG)}`]: ['application/octet-stream', CONFIG],
  '/v2/app/tags/list': ['application/json', '{"name":"app","tags":["latest"]}'],
};

beforeAll(async () => {
  vault = await unlockedHome('docker');
  registry = await basicSite({ user: 'robot', password: PASSWORD }, (request, response) => {
    const [type, body] = ANSWERS[(request.url ?? '').split('?')[0] ?? ''] ?? ['', null];
    if (body === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type, 'docker-content-digest': sha256(body) }).end(body);
  });
  host = new URL(registry.url).host;
  const words = ['add', 'http', '--auth', 'basic', '--label', 'registry', '--field', 'user=robot', '--stdin'];
  await vault.must([...words, '--base-url', registry.url, '--local'], PASSWORD);
  await vault.must(['add', 'github', '--stdin'], TOKEN);
});
afterAll(async () => {
  await vault.close();
  await registry.close();
});

const helper = (operation: string, stdin = ''): Promise<Outcome> =>
  program('docker-credential-keyharbor', [operation], vault.env, stdin);

test('skopeo reads an image of a registry whose login only the helper knows', async () => {
  const auth = join(vault.folder, 'auth.json');
  writeFileSync(auth, JSON.stringify({ credHelpers: { [host]: 'keyharbor' } }));
  const env = { ...vault.env, REGISTRY_AUTH_FILE: auth };
  const outcome = await program('skopeo', ['inspect', '--tls-verify=false', `docker://${host}/app:latest`], env);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(outcome.stdout)).toMatchObject({ RepoTags: ['latest'], Architecture: 'amd64' });
  expect(registry.logins.at(-1)).toBe(`robot:${PASSWORD}`);
});

test('a registry of the catalogue is known by its host alone', async () => {
  const { code, stdout } = await helper('get', 'ghcr.io');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ ServerURL: 'ghcr.io', Username: 'x-access-token', Secret: TOKEN });
});

test.each(['example.com', 'http://ghcr.io', 'ghcr.io.example.com', '', 'https://index.docker.io/v1/', '127.0.0.1:1'])(
  'an unknown place is "not found" in the words of the protocol: %j',
  async (place) => {
    const outcome = await helper('get', place);
    expect(outcome).toMatchObject({ code: 1, stdout: 'credentials not found in native keychain\n', stderr: '' });
  },
);

test('list names places and users, and no password', async () => {
  const { code, stdout } = await helper('list');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ 'https://ghcr.io': 'x-access-token', [registry.url]: 'robot' });
  expect(stdout).not.toContain(PASSWORD);
  expect(stdout).not.toContain(TOKEN);
});

test('store and erase are refused, and say what to use', async () => {
  for (const operation of ['store', 'erase']) {
    const outcome = await helper(operation, '{"ServerURL":"ghcr.io","Username":"a","Secret":"b"}');
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('keyharbor add');
  }
  expect(await vault.must(['get', 'kh://github'])).toBe(TOKEN);
});
