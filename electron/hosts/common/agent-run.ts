import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentFile, agentFile } from '../../../shared/wire.ts';
import { readSmallFile, replaceFile } from '../../core/store/atomic-file.ts';
import type { SocketConnectionDeps } from '../../rpc/socket-connection.ts';
import { type SocketServer, serveOnSocket } from '../../rpc/socket-server.ts';
import { chooseSocketPlaces, removeStaleSocket, removeTempFolder } from './run-folder.ts';

const MAX_AGENT_FILE_BYTES = 16 * 1024;

/** This process, reachable: its socket and the file that says so. */
export interface AgentRun {
  readonly agent: AgentFile;
  /** Answers what runs, ends the connections, removes socket and agent.json. */
  close(): Promise<void>;
}

const agentJson = (run: string): string => join(run, 'agent.json');

/** Which process says that it serves this home; null where none does or the file is no such file. */
export function readAgentFile(run: string): AgentFile | null {
  try {
    const bytes = readSmallFile(agentJson(run), MAX_AGENT_FILE_BYTES);
    if (bytes === null) return null;
    return agentFile.safeParse(JSON.parse(bytes.toString('utf8'))).data ?? null;
  } catch {
    return null; // not ours to mend: the socket's usual place is tried instead, and a new start writes the file anew
  }
}

/** Where the socket of a process that serves this home would be. */
export function knownSocket(run: string): string {
  return readAgentFile(run)?.socket ?? join(run, 'agent.sock');
}

/**
 * Makes this process reachable. The caller holds the writer lock: whatever an earlier process left here is stale.
 */
export async function startAgentRun(run: string, deps: SocketConnectionDeps): Promise<AgentRun> {
  const left = readAgentFile(run);
  if (left !== null && process.platform !== 'win32') removeTempFolder(left, run);
  const places = chooseSocketPlaces(run);
  if (process.platform !== 'win32') {
    removeStaleSocket(places.agent);
    removeStaleSocket(places.endpoint);
  }
  const server: SocketServer = await serveOnSocket(places.agent, deps);
  const agent: AgentFile = {
    pid: process.pid,
    version: deps.version,
    socket: places.agent,
    endpointSocket: places.endpoint,
  };
  replaceFile(agentJson(run), Buffer.from(`${JSON.stringify(agent)}\n`));
  return {
    agent,
    close: async () => {
      // First: who starts now must not be sent here.
      unlinkSync(agentJson(run));
      await server.close();
      if (places.tempFolder !== null) removeTempFolder(agent, run);
    },
  };
}
