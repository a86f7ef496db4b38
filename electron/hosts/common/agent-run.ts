import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type AgentFile, agentFile } from '../../../shared/wire.ts';
import { readSmallFile, replaceFile } from '../../core/store/atomic-file.ts';
import type { SocketConnectionDeps } from '../../rpc/socket-connection.ts';
import { type SocketServer, serveOnSocket } from '../../rpc/socket-server.ts';
import { chooseSocketPlace, removeStaleSocket, removeTempSocket } from './run-folder.ts';

const MAX_AGENT_FILE_BYTES = 16 * 1024;

/** This process, reachable: its socket and the file that says so. */
export interface AgentRun {
  readonly socket: string;
  /** Where the endpoint's socket belongs, once it is on. */
  readonly endpointSocket: string;
  /** Says in agent.json where the endpoint's socket is; null: nowhere. */
  setEndpointSocket(path: string | null): void;
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
  const place = chooseSocketPlace(run);
  if (process.platform !== 'win32') {
    for (const socket of [left?.socket, left?.endpointSocket]) if (typeof socket === 'string') removeTempSocket(socket);
    removeStaleSocket(place.path);
  }
  // Left by a killed process: somebody else may listen on that port by now.
  rmSync(join(run, 'endpoint.json'), { force: true });
  const server: SocketServer = await serveOnSocket(place.path, deps);
  const { version } = deps;
  let agent: AgentFile = { pid: process.pid, version, socket: place.path, endpointSocket: null };
  const write = (): void => replaceFile(agentJson(run), Buffer.from(`${JSON.stringify(agent)}\n`));
  write();
  return {
    socket: place.path,
    endpointSocket: place.endpointPath,
    setEndpointSocket: (endpointSocket) => {
      if (agent.endpointSocket === endpointSocket) return;
      agent = { ...agent, endpointSocket };
      write();
    },
    close: async () => {
      rmSync(agentJson(run), { force: true }); // first: who starts now must not be sent here
      await server.close();
      if (process.platform !== 'win32') for (const path of [place.path, place.endpointPath]) removeTempSocket(path);
    },
  };
}
