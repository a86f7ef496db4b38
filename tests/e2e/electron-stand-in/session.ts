import { EventEmitter } from 'node:events';
import { preventable } from './app.ts';

type Answer = (allowed: boolean) => void;
type SchemeHandler = (request: Request) => Response | Promise<Response>;
type BeforeRequest = (details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void;

export const privilegedSchemes: unknown[] = [];

class Session extends EventEmitter {
  readonly partition: string;
  readonly options: unknown;
  readonly schemes = new Map<string, SchemeHandler>();
  readonly protocol = {
    handle: (scheme: string, handler: SchemeHandler) => void this.schemes.set(scheme, handler),
  };
  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest) => {
      this.#beforeRequest = listener;
    },
  };
  spellChecker = true;
  #beforeRequest: BeforeRequest = (_details, callback) => callback({});
  #permissionRequest: (contents: unknown, permission: string, callback: Answer) => void = (_c, _p, go) => go(true);
  #permissionCheck: () => boolean = () => true;
  #devicePermission: () => boolean = () => true;
  #displayMedia: ((request: unknown, callback: (streams: unknown) => void) => void) | null = null;

  constructor(partition: string, options: unknown) {
    super();
    this.partition = partition;
    this.options = options;
  }

  setPermissionRequestHandler = (handler: typeof this.askPermission) => void (this.#permissionRequest = handler);
  setPermissionCheckHandler = (handler: () => boolean) => void (this.#permissionCheck = handler);
  setDevicePermissionHandler = (handler: () => boolean) => void (this.#devicePermission = handler);
  setDisplayMediaRequestHandler = (
    handler: ((request: unknown, callback: (streams: unknown) => void) => void) | null,
  ) => void (this.#displayMedia = handler);
  setBluetoothPairingHandler = (_handler: unknown) => undefined;
  setSpellCheckerEnabled = (enabled: boolean) => void (this.spellChecker = enabled);

  askPermission = (contents: unknown, permission: string, callback: Answer) =>
    this.#permissionRequest(contents, permission, callback);

  /** What the handlers of the host answer. */
  async ask(permission: string): Promise<Readonly<Record<string, boolean>>> {
    const requested = await new Promise<boolean>((resolve) => this.askPermission(null, permission, resolve));
    const streams = await new Promise<unknown>((resolve) =>
      this.#displayMedia === null ? resolve('unset') : this.#displayMedia({}, resolve),
    );
    const download = preventable({});
    this.emit('will-download', download);
    return {
      requested,
      checked: this.#permissionCheck(),
      device: this.#devicePermission(),
      display: streams !== null,
      download: !download.defaultPrevented,
    };
  }

  allows(url: string): Promise<boolean> {
    return new Promise((resolve) => this.#beforeRequest({ url }, ({ cancel }) => resolve(cancel !== true)));
  }
}

export type StandInSession = Session;
export const sessions = new Map<string, Session>();

export const session = {
  fromPartition(partition: string, options: unknown): Session {
    const known = sessions.get(partition) ?? new Session(partition, options);
    sessions.set(partition, known);
    return known;
  },
};

export const protocol = {
  registerSchemesAsPrivileged: (schemes: readonly unknown[]) => void privilegedSchemes.push(...schemes),
};
