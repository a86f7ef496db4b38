import type { Command } from 'commander';
import { Exit, usage } from '../fail.ts';

async function mcp(): Promise<void> {
  if (process.stdin.isTTY) {
    throw usage(
      'This speaks the Model Context Protocol to a program, not to a person.',
      'Register it with your tool, for example: claude mcp add keyharbor -- keyharbor mcp',
    );
  }
  const { serveMcp } = await import('../mcp/server.ts');
  await serveMcp();
  // A question to the owner that is still open ends with us.
  throw new Exit(0);
}

export function register(program: Command): void {
  program
    .command('mcp')
    .description(
      'an MCP server on stdin and stdout: tools see which keys there are and ask for their use; never a value',
    )
    .action(mcp);
}
