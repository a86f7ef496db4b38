import type { PageBridge } from '../shared/contract/bridge.ts';

declare global {
  interface Window {
    /** Put there by the host before any script runs; the page's only way to the core. */
    readonly keyharbor: PageBridge;
  }
}
