import { contextBridge, ipcRenderer } from 'electron';
import type { PanelBridge, PanelState } from '../../../shared/approval-panel.ts';
import { APPROVAL_SAYS, APPROVAL_STATE } from './approval-channels.ts';

/** The approval panel's bridge: what waits, and an answer to it. The context bridge freezes what it exposes. */
const say = (message: unknown): void => void ipcRenderer.invoke(APPROVAL_SAYS, message);

const bridge: PanelBridge = {
  onState: (listener) => {
    ipcRenderer.on(APPROVAL_STATE, (_sender, state: PanelState) => listener(state));
  },
  ready: () => say({ kind: 'ready' }),
  answer: (id, turn, answer) => say({ kind: 'answer', id, turn, answer }),
};

contextBridge.exposeInMainWorld('keyharborApproval', bridge);
