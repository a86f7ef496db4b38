import type { Socket } from 'node:net';

/** The other end of a connection on the agent socket, to be looked up only when somebody asks. */
export interface Peer {
  readonly socket: Socket;
  /** The process id that it says it has; null where it said none. Anybody can say anything. */
  readonly statedPid: number | null;
  /** What it calls itself in its hello: "keyharbor" for our own command line, if it is honest. */
  readonly program: string;
  /** Tells it that the owner is asked about it now. */
  readonly asked?: () => void;
}
