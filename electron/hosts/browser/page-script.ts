import { WINDOW_METHODS } from '../../../shared/contract/window-methods.ts';

/** The binding exists only until the first script of a document took it; no page script sees it. */
export const BINDING = '__keyharborSend';
const DELIVER = '__keyharborDeliver';

/**
 * Runs before any script of a page, in its world, and puts `window.keyharbor` there: one frozen object of named
 * functions (shared/contract/bridge.ts). `DELIVER` is how the host hands over answers and events; a page that calls
 * it itself fools only itself.
 */
export function bridgeScript(origin: string): string {
  return `(() => {
  'use strict';
  const send = globalThis.${BINDING};
  delete globalThis.${BINDING};
  if (location.origin !== ${JSON.stringify(origin)} || window.top !== window) return;
  const { parse, stringify } = JSON;
  const pending = new Map();
  const listeners = new Set();
  let lastId = 0;
  const call = (method) => (params) =>
    new Promise((resolve) => {
      const id = ++lastId;
      pending.set(id, resolve);
      send(stringify({ id, method, params: params ?? {} }));
    });
  const bridge = { __proto__: null };
  for (const method of ${JSON.stringify(WINDOW_METHODS)}) bridge[method] = call(method);
  bridge.onEvent = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const deliver = (text) => {
    const message = parse(text);
    if (message.id === undefined) {
      for (const listener of [...listeners]) listener(message);
      return;
    }
    pending.get(message.id)?.(message.answer);
    pending.delete(message.id);
  };
  Object.defineProperty(window, 'keyharbor', { value: Object.freeze(bridge), enumerable: true });
  Object.defineProperty(window, '${DELIVER}', { value: deliver });
})();`;
}

/** Run in the page with the text as its argument. */
export const DELIVER_FUNCTION = `function (text) { globalThis.${DELIVER}(text); }`;

/** The confirmation page's own, smaller bridge: what is asked, and one answer. */
export function confirmScript(origin: string, question: unknown): string {
  return `(() => {
  'use strict';
  const send = globalThis.${BINDING};
  delete globalThis.${BINDING};
  if (location.origin !== ${JSON.stringify(origin)} || window.top !== window) return;
  const bridge = {
    question: Object.freeze(${JSON.stringify(question)}),
    answer: (accepted) => send(accepted === true ? 'accept' : 'deny'),
  };
  Object.defineProperty(window, 'keyharborConfirm', { value: Object.freeze(bridge), enumerable: true });
})();`;
}

/** The approval panel's bridge (shared/approval-panel.ts): what waits, and an answer to it. */
export function panelScript(origin: string): string {
  return `(() => {
  'use strict';
  const send = globalThis.${BINDING};
  delete globalThis.${BINDING};
  if (location.origin !== ${JSON.stringify(origin)} || window.top !== window) return;
  const { parse, stringify } = JSON;
  const listeners = new Set();
  const bridge = {
    __proto__: null,
    onState: (listener) => void listeners.add(listener),
    ready: () => send(stringify({ kind: 'ready' })),
    answer: (id, turn, answer) => send(stringify({ kind: 'answer', id, turn, answer })),
  };
  const deliver = (text) => {
    const state = parse(text);
    for (const listener of [...listeners]) listener(state);
  };
  Object.defineProperty(window, 'keyharborApproval', { value: Object.freeze(bridge), enumerable: true });
  Object.defineProperty(window, '${DELIVER}', { value: deliver });
})();`;
}
