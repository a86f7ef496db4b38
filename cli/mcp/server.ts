import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { VERSION } from '../version.ts';
import { registerTools } from './tools.ts';

const INSTRUCTIONS =
  'Keyharbor keeps the API keys of this computer. These tools name keys and never show one. To use a key, run a program under "keyharbor run --env NAME=kh://PROVIDER/LABEL -- COMMAND", or with --proxy, which keeps the key in Keyharbor.';

/** Serves one client on stdin and stdout until it goes away. */
export async function serveMcp(): Promise<void> {
  const server = new McpServer(
    { name: 'keyharbor', title: 'Keyharbor', version: VERSION },
    { instructions: INSTRUCTIONS },
  );
  registerTools(server);
  const gone = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    process.stdout.once('error', () => resolve());
  });
  await server.connect(new StdioServerTransport());
  await gone;
  await server.close();
}
