import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ResolvedCredential } from '../../../electron/core/credentials/types.ts';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';
import { upstreamOf } from '../../../electron/core/proxy/upstream.ts';

const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));

test('requests go to the MCP server, never to who gives its tokens', () => {
  const credential = {
    provider: 'mcp',
    authKind: 'oauth',
    origin: 'https://mcp.example.com/mcp https://auth.example.com',
    local: false,
  } as ResolvedCredential;
  expect(upstreamOf(catalogue, credential).base.href).toBe('https://mcp.example.com/mcp');
});
