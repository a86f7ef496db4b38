import { clipboard, ClipboardItem } from 'electron';
import type { Shell } from '../../core/seams.ts';

const osFormat = (name: string) => `electron application/osclipboard;format="${name}"`;
const NO = new Uint8Array(4); // a DWORD 0

/**
 * What tells clipboard managers and history to look away, beside the text and in one write with it
 * (nspasteboard.org; Windows "Cloud Clipboard and Clipboard History Formats"; KDE's Klipper).
 */
export const CONCEALED_MARKS: Readonly<
  Partial<Record<NodeJS.Platform, Readonly<Record<string, string | Uint8Array>>>>
> = {
  darwin: { 'org.nspasteboard.ConcealedType': '', 'org.nspasteboard.TransientType': '' },
  win32: {
    ExcludeClipboardContentFromMonitorProcessing: NO,
    CanIncludeInClipboardHistory: NO,
    CanUploadToCloudClipboard: NO,
  },
  linux: { 'x-kde-passwordManagerHint': 'secret' },
};

export function desktopClipboard(platform: NodeJS.Platform): NonNullable<Shell['clipboard']> {
  const marks = Object.entries(CONCEALED_MARKS[platform] ?? {}).map(
    ([name, value]) => [osFormat(name), new Blob([typeof value === 'string' ? value : new Uint8Array(value)])] as const,
  );
  return {
    write: (text) => clipboard.write([new ClipboardItem({ 'text/plain': text, ...Object.fromEntries(marks) })]),
    read: () => clipboard.readText().catch(() => null),
    clear() {
      clipboard.clear();
      return Promise.resolve();
    },
  };
}
