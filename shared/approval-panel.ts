import { z } from 'zod';
import { type AccessAnswer, type AccessRequest, accessAnswer } from './contract/access.ts';
import type { AppSettings } from './contract/schemas.ts';

/** What the approval panel's page is told, and what it may say. It shares nothing with the main page's bridge. */

/** Time to read: a click or key press meant for something else must not accept. */
export const ACCEPT_AFTER_MS = 700;

export interface PanelState {
  readonly theme: AppSettings['theme'];
  /** Goes up whenever there is something new to read: the page then holds back its accepting button anew. */
  readonly turn: number;
  /** Oldest first. The first one is shown and can be granted; the others wait. */
  readonly requests: readonly AccessRequest[];
}

export const panelMessage = z.union([
  /** The page is there and can show something. */
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('answer'), id: z.string().max(32), turn: z.int(), answer: accessAnswer }),
]);
export type PanelMessage = z.output<typeof panelMessage>;

/** `window.keyharborApproval`, put there by the host before any script of the page runs. */
export interface PanelBridge {
  readonly onState: (listener: (state: PanelState) => void) => void;
  readonly ready: () => void;
  readonly answer: (id: string, turn: number, answer: AccessAnswer) => void;
}
