import type { ApprovalPanel } from '../common/approval-desk.ts';
import { panelScript } from './page-script.ts';
import { SideWindow, type SideWindowOptions } from './side-window.ts';

const SITE = { origin: 'https://approval.keyharbor.invalid', start: '/approval.html' };
const SIZE = { width: 540, height: 720 };

/** The approval panel as a second window of the browser, brought to front. */
export function openApprovalWindow(
  around: Pick<SideWindowOptions, 'browser' | 'files' | 'over'>,
  hear: (message: unknown) => void,
): ApprovalPanel {
  const window = new SideWindow({
    ...around,
    site: SITE,
    title: 'Keyharbor asks',
    size: SIZE,
    script: panelScript(SITE.origin),
    // The time to read runs from when the window is in front, not from when its page was loaded.
    onMessage: (text) => void window.shown.then(() => hear(parseJson(text))),
  });
  return {
    deliver: (state) => window.deliver(JSON.stringify(state)),
    toFront: () => window.toFront(),
    close: () => window.close(),
    closed: window.closed,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // fits no message
  }
}
