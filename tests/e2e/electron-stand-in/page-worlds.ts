/**
 * The two script worlds of a page with contextIsolation. The preload runs in the isolated one, with a `require` that
 * knows only `electron`; what it exposes is rebuilt in the page's world. The worlds share the document and nothing
 * else, so they speak through events on it whose details are text. Functions are called by number across the border.
 */
export const ISOLATED_WORLD = 'Electron Isolated Context';
export const IPC_BINDING = '__standInIpc';
export const IPC_DELIVER = '__standInDeliver';

const BORDER = `
  const other = (side) => (side === 'page' ? 'preload' : 'page');
  const functions = [];
  let lastCall = 0;
  const waiting = new Map();
  let returned;
  const say = (kind, body) =>
    document.dispatchEvent(new CustomEvent('stand-in-to-' + other(SIDE), { detail: JSON.stringify({ kind, ...body }) }));
  const pack = (value) => {
    if (typeof value === 'function') return { fn: functions.push(value) - 1 };
    if (Array.isArray(value)) return { list: value.map(pack) };
    if (value !== null && typeof value === 'object') {
      return { members: Object.entries(value).map(([name, member]) => [name, pack(member)]) };
    }
    return value === undefined ? {} : { value };
  };
  const unpack = (packed) => {
    if ('fn' in packed) return (...args) => callOver(packed.fn, args);
    if ('list' in packed) return packed.list.map(unpack);
    if ('members' in packed) {
      const made = {};
      for (const [name, member] of packed.members) made[name] = unpack(member);
      return Object.freeze(made);
    }
    return packed.value;
  };
  const callOver = (fn, args) => {
    const id = ++lastCall;
    returned = undefined;
    say('call', { id, fn, args: args.map(pack) });
    const answer = returned;
    if (answer.promise) return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    return unpack(answer.result);
  };
  const heard = {
    call({ id, fn, args }) {
      const result = functions[fn](...args.map(unpack));
      if (!(result instanceof Promise)) return say('return', { result: pack(result) });
      say('return', { promise: true });
      result.then(
        (value) => say('settle', { id, result: pack(value) }),
        (error) => say('settle', { id, error: String(error) }),
      );
    },
    return(answer) {
      returned = answer;
    },
    settle({ id, result, error }) {
      const { resolve, reject } = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) resolve(unpack(result));
      else reject(new Error(error));
    },
  };
  document.addEventListener('stand-in-to-' + SIDE, (event) => {
    const { kind, ...body } = JSON.parse(event.detail);
    heard[kind]?.(body);
  });
`;

export const PAGE_SCRIPT = `(() => {
  const SIDE = 'page';
  ${BORDER}
  heard.expose = ({ key, api }) => {
    if (!(key in window)) Object.defineProperty(window, key, { value: unpack(api), enumerable: true });
  };
  say('hello', {});
})();`;

export const preloadScript = (source: string): string => `(() => {
  if (window.top !== window) return;
  const SIDE = 'preload';
  ${BORDER}
  const exposed = [];
  heard.hello = () => exposed.forEach((one) => say('expose', one));
  const contextBridge = {
    exposeInMainWorld(key, api) {
      const one = { key, api: pack(api) };
      exposed.push(one);
      say('expose', one);
    },
  };
  const send = globalThis.${IPC_BINDING};
  const listeners = new Map();
  const invoking = new Map();
  let lastInvoke = 0;
  const ipcRenderer = {
    invoke(channel, ...args) {
      const id = ++lastInvoke;
      send(JSON.stringify({ id, channel, args }));
      return new Promise((resolve, reject) => invoking.set(id, { resolve, reject }));
    },
    on(channel, listener) {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
      return ipcRenderer;
    },
  };
  globalThis.${IPC_DELIVER} = (text) => {
    const message = JSON.parse(text);
    if (message.channel !== undefined) {
      for (const listener of listeners.get(message.channel) ?? []) listener({ sender: ipcRenderer }, ...message.args);
      return;
    }
    const { resolve, reject } = invoking.get(message.id);
    invoking.delete(message.id);
    if (message.error === undefined) resolve(message.result);
    else reject(new Error(message.error));
  };
  const require = (name) => {
    if (name === 'electron') return { contextBridge, ipcRenderer };
    throw new Error('module not found: ' + name);
  };
  const module = { exports: {} };
  (function (exports, require, module) {
${source}
  })(module.exports, require, module);
})();`;
