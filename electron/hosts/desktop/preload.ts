import { contextBridge, ipcRenderer } from 'electron';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { WINDOW_METHODS } from '../../../shared/contract/window-methods.ts';

/**
 * The page bridge (shared/contract/bridge.ts): one object of named functions, one channel each. Neither `ipcRenderer`
 * nor a function that takes a channel's name is handed out. The context bridge freezes what it exposes.
 */
const EVENT_CHANNEL = 'keyharbor:event';
const listeners = new Set<(event: ContractEvent) => void>();

ipcRenderer.on(EVENT_CHANNEL, (_sender, event: ContractEvent) => {
  for (const listener of [...listeners]) listener(event);
});

const calls = WINDOW_METHODS.map((method) => {
  const channel = `keyharbor:${method}`;
  return [method, (input: unknown) => ipcRenderer.invoke(channel, input ?? {}) as Promise<unknown>] as const;
});

contextBridge.exposeInMainWorld('keyharbor', {
  ...Object.fromEntries(calls),
  onEvent: (listener: (event: ContractEvent) => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
});
