import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron';
import type { Answer } from '../../shared/contract/bridge.ts';
import { WINDOW_METHODS } from '../../shared/contract/window-methods.ts';
import { AppError, toErrorBody } from '../../shared/errors.ts';
import { MAX_MESSAGE_BYTES } from '../../shared/wire.ts';
import type { Link, Route } from './caller.ts';
import { answerPage } from './page-answer.ts';

export interface ElectronIpcDeps {
  readonly ipcMain: Pick<IpcMain, 'handle'>;
  readonly route: Route;
  /** The origin that our pages have, exactly. */
  readonly origin: string;
  /** Whether these are the contents of a window of ours. */
  readonly isOurs: (sender: WebContents) => boolean;
}

/** One channel for each method a page may call: a page cannot name a channel, and there is none for the others. */
export const channelOf = (method: string): string => `keyharbor:${method}`;

/** The desktop host's transport (SECURITY-DESIGN.md section 8): the sender is checked first, then the router is asked. */
export function serveElectronIpc({ ipcMain, route, origin, isOurs }: ElectronIpcDeps): void {
  for (const method of WINDOW_METHODS) {
    ipcMain.handle(channelOf(method), async (event, ...args: unknown[]): Promise<Answer<unknown>> => {
      if (!isOurPage(event, origin, isOurs)) return refuse('forbidden', 'This page may not ask that.');
      const params = args.length === 1 ? plainCopy(args[0]) : null;
      if (params === null) return refuse('invalid_input', 'This message is too large or not plain data.');
      return await answerPage(route, pageOf(event.sender), method, params.value);
    });
  }
}

function pageOf(sender: WebContents): Pick<Link, 'connection' | 'onClosed'> {
  const onClosed = (act: () => void): (() => void) => {
    if (sender.isDestroyed()) act();
    else sender.once('destroyed', act);
    return () => void sender.removeListener('destroyed', act);
  };
  return { connection: `window-${sender.id}`, onClosed };
}

function isOurPage(event: IpcMainInvokeEvent, origin: string, isOurs: ElectronIpcDeps['isOurs']): boolean {
  const frame = event.senderFrame; // null when it navigated or went away meanwhile
  return isOurs(event.sender) && frame !== null && frame.parent === null && frame.origin === origin;
}

/** Structured clone carries more than the contract knows (maps, dates, cycles): only what JSON can say is taken. */
function plainCopy(input: unknown): { readonly value: unknown } | null {
  try {
    const text = JSON.stringify(input) as string | undefined;
    if (text === undefined || Buffer.byteLength(text) > MAX_MESSAGE_BYTES) return null;
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

function refuse(code: 'forbidden' | 'invalid_input', message: string): Answer<never> {
  return { ok: false, error: toErrorBody(new AppError(code, `${message} Nothing was changed.`)) };
}
