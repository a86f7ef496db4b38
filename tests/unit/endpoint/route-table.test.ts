import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Route } from '../../../electron/core/endpoint/route.ts';
import { queryValue, RouteTable } from '../../../electron/core/endpoint/route-table.ts';

const route = (method: Route['method'], path: string, more: Partial<Route> = {}): Route => ({
  id: `${method} ${path}`,
  tag: 'keys',
  method,
  path,
  access: { kind: 'client' },
  summary: '',
  answers: {},
  handle: () => undefined,
  ...(more as object),
});
const query = (name: string, value: RegExp, required: boolean) => ({
  name,
  value,
  required,
  description: '',
  schema: z.string(),
});

const table = new RouteTable([
  route('GET', '/v1/keys'),
  route('GET', '/v1/keys/{provider}'),
  route('GET', '/v1/keys/{provider}/{label}'),
  route('POST', '/v1/keys/{provider}/report'),
  route('GET', '/v1/aws/credentials/{label}', { fixed: { provider: 'aws' } }),
  route('GET', '/v1/usage', { queries: [query('by', /^[a-z]+$/, false), query('to', /^[0-9-]+$/, false)] }),
  route('GET', '/v1/secret/metadata', { surface: 'vault', queries: [query('list', /^true$/, true)] }),
]);
const idOf = (method: string, target: string): string => {
  const found = table.find(method, target);
  return found.kind === 'route' ? found.route.id : found.kind;
};

describe('the routing table', () => {
  test.each([
    ['GET', '/v1/keys', 'GET /v1/keys'],
    ['GET', '/v1/keys/openai', 'GET /v1/keys/{provider}'],
    ['GET', '/v1/keys/openai/report', 'GET /v1/keys/{provider}/{label}'],
    ['POST', '/v1/keys/openai/report', 'POST /v1/keys/{provider}/report'],
    ['POST', '/v1/keys/openai/work', 'wrong-method'],
    ['GET', '/v1/usage', 'GET /v1/usage'],
    ['GET', '/v1/usage?by=day', 'GET /v1/usage'],
    ['GET', '/v1/usage?to=2030-01-01&by=day', 'GET /v1/usage'],
    ['GET', '/v1/usage?by=day&by=day', 'wrong-query'],
    ['GET', '/v1/usage?by', 'wrong-query'],
    ['GET', '/v1/usage?by=DAY', 'wrong-query'],
    ['GET', '/v1/usage?', 'wrong-query'],
    ['GET', '/v1/usage?by=day&', 'wrong-query'],
    ['GET', '/v1/usage?constructor=x', 'wrong-query'],
    ['POST', '/v1/usage?by=day&x=1', 'unknown'],
    ['GET', '/v1/secret/metadata', 'unknown'],
    ['GET', '/v1/secret/metadata?x=1', 'unknown'],
    ['GET', '/v1/secret/metadata?list=true', 'GET /v1/secret/metadata'],
    ['GET', '/v1/keys?', 'unknown'],
    ['GET', '/v1/keys/', 'unknown'],
    ['GET', '//v1/keys', 'unknown'],
    ['GET', '/v1/keys/OPENAI', 'unknown'],
    ['GET', '/v1/keys/{provider}', 'unknown'],
    ['GET', '/v1/keys/constructor/__proto__', 'unknown'],
    ['GET', '', 'unknown'],
  ])('%s %s: %s', (method, target, id) => {
    expect(idOf(method, target)).toBe(id);
  });

  test('says which methods a path takes, once each', () => {
    expect(table.find('DELETE', '/v1/keys/openai/report')).toMatchObject({ kind: 'wrong-method', allow: 'GET, POST' });
    expect(table.find('POST', '/v1/secret/metadata?list=true')).toMatchObject({ allow: 'GET', surface: 'vault' });
  });

  test('a query that a path does not take is told with the names that it does', () => {
    expect(table.find('GET', '/v1/usage?modell=gpt')).toEqual({
      kind: 'wrong-query',
      names: ['by', 'to'],
      surface: 'problem',
    });
  });

  test('gives a label that is left out its name, and a fixed provider its own', () => {
    expect(table.find('GET', '/v1/keys/openai')).toMatchObject({ params: { provider: 'openai', label: 'default' } });
    expect(table.find('GET', '/v1/aws/credentials/work')).toMatchObject({ params: { provider: 'aws', label: 'work' } });
  });

  test('another product’s paths are answered in its way even where there is nothing', () => {
    expect(table.find('GET', '/v1/secret/nowhere')).toEqual({ kind: 'unknown', surface: 'vault' });
    expect(table.find('GET', '/v1/nowhere')).toEqual({ kind: 'unknown', surface: 'problem' });
  });

  test('reads one value of a query', () => {
    expect(queryValue('by=day&to=2030', 'to')).toBe('2030');
    expect(queryValue('by=day', 'y')).toBeNull();
  });
});
