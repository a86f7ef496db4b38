import { join } from 'node:path';
import { AgentClient } from './agent-client.ts';
import { agentSocket, homeFolder } from './home.ts';

/** The folder of the built program (out/); chunks lie one deeper than main.cjs, so main.cjs says where it is. */
let builtFolder = '';

export function setBuiltFolder(folder: string): void {
  builtFolder = folder;
}

/** The built headless host, which `serve` runs in the foreground and other commands start on demand. */
export function headlessProgram(): string {
  return join(builtFolder, 'main', 'headless.js');
}

/** The running app or agent of this home, or null where none runs. Starts nothing. */
export async function attach(): Promise<AgentClient | null> {
  const socket = agentSocket(homeFolder(process.env));
  return socket === null ? null : AgentClient.open(socket);
}

/** The running app or agent; where none runs the headless agent is started first. */
export async function connectAgent(): Promise<AgentClient> {
  const running = await attach();
  if (running !== null) return running;
  const { startAgent } = await import('./start-agent.ts');
  return startAgent(headlessProgram(), homeFolder(process.env), process.env);
}
