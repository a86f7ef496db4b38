// An MCP server of revision 2026-07-28 over stdio, by hand: the official SDK does not speak it yet.
import { createInterface } from 'node:readline';

const [, , revision = '2026-07-28'] = process.argv;

function answer(id: string, method: string): object {
  if (method === 'server/discover') {
    return {
      result: {
        resultType: 'complete',
        supportedVersions: [revision],
        capabilities: { tools: {} },
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'FakeServer', version: '0.1.0' } },
      },
    };
  }
  if (method === 'tools/list') return { result: { resultType: 'complete', tools: [{ name: id }], nextCursor: 'more' } };
  return { error: { code: -32601, message: 'Method not found' } };
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line) as { id: string; method: string };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer(id, method) })}\n`);
});
