import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/**
 * The agent socket speaks lines: one JSON message a line, UTF-8, at most MAX_MESSAGE_BYTES.
 * The client's first line is a hello; the server answers with its own, or with an error and the end.
 * A client may send its first request in the same write as its hello.
 */
export { ASKED_EVENT, COMMAND_LINE, CONTRACT_VERSION, MAX_ANSWER_BYTES, MAX_MESSAGE_BYTES } from './wire-limits.ts';

/**
 * A method of the wire itself, not of the contract: from its answer on, this connection gets events
 * (`wireEvent` lines between the answers) until it closes. Params and result are `{}`.
 */
export const SUBSCRIBE_METHOD = 'events.subscribe';

export const clientHello = z.strictObject({
  hello: z.strictObject({
    contract: z.int().min(0),
    client: z.string().max(64),
    /** What the client says its process id is: believed only where the system does not tell. */
    pid: z.int().min(1).optional(),
  }),
});
export const serverHello = z.strictObject({
  hello: z.strictObject({ contract: z.int().min(0), version: z.string().max(64), pid: z.int() }),
});
export const wireRequest = z.strictObject({ id: z.int().min(0), method: z.string().max(64), params: z.unknown() });

export const errorBody = z.strictObject({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  hint: z.string(),
  retryAfterMs: z.number().optional(),
});
export const wireResponse = z.union([
  z.strictObject({ id: z.int().min(0), result: z.unknown() }),
  z.strictObject({ id: z.int().min(0).nullable(), error: errorBody }),
]);
export const wireEvent = z.strictObject({ event: z.string(), data: z.unknown() });

export type WireRequest = z.output<typeof wireRequest>;
export type WireEvent = z.output<typeof wireEvent>;

/** `run/agent.json`: which process serves this home, and where. On Windows the sockets are named pipes. */
export const agentFile = z.strictObject({
  pid: z.int().min(1),
  version: z.string().max(64),
  socket: z.string().max(4096),
  /** null while the endpoint is off. */
  endpointSocket: z.string().max(4096).nullable(),
});
export type AgentFile = z.output<typeof agentFile>;
