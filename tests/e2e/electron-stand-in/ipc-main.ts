export interface FrameLike {
  readonly url: string;
  readonly origin: string;
  readonly parent: FrameLike | null;
}

export interface InvokeEvent {
  readonly sender: unknown;
  readonly senderFrame: FrameLike | null;
}

type Handler = (event: InvokeEvent, ...args: readonly unknown[]) => unknown;
const handlers = new Map<string, Handler>();

export const ipcMain = {
  handle: (channel: string, handler: Handler) => void handlers.set(channel, handler),
};

export const handledChannels = (): readonly string[] => [...handlers.keys()].sort();

export async function invoke(channel: string, event: InvokeEvent, args: readonly unknown[]): Promise<unknown> {
  const handler = handlers.get(channel);
  if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
  return await handler(event, ...args);
}
