// An MCP server made with the official SDK, for the tests: how it behaves is said by its first argument.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

const [, , behaviour, file] = process.argv;

/** A server that starts another program and, asked to end, does not. */
function stubborn(): void {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  if (file !== undefined) writeFileSync(file, JSON.stringify({ pid: process.pid, child: child.pid }));
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1000);
}

async function serve(): Promise<void> {
  const server = new McpServer({ name: 'peer', version: `1.2.3-${process.env['PEER_TOKEN'] ?? 'none'}` });
  server.registerTool('one', { description: 'first' }, () => ({ content: [] }));
  server.registerTool('two', { description: 'second' }, () => ({ content: [] }));
  if (file !== undefined) writeFileSync(file, JSON.stringify(process.env));
  await server.connect(new StdioServerTransport());
}

switch (behaviour) {
  case 'serve':
    await serve();
    break;
  case 'stubborn':
    stubborn();
    await serve();
    break;
  case 'silent':
    stubborn();
    break;
  case 'noisy':
    process.stdout.write('Welcome to this server!\n{"not":"json-rpc"}\n');
    await serve();
    break;
  case 'fail':
    process.stderr.write(`cannot log in with ${process.env['PEER_TOKEN'] ?? ''}\n`);
    process.exit(3);
    break;
  case 'flood':
    process.stdout.write('x'.repeat(3 * 1024 * 1024));
    setInterval(() => undefined, 1000);
    break;
  case undefined:
  default:
    process.exit(1);
}
