export class ClipboardItem {
  readonly items: Readonly<Record<string, string | Blob>>;
  constructor(items: Readonly<Record<string, string | Blob>>) {
    this.items = items;
  }
}

/** The system's clipboard, as long as nobody else is there. */
export const clipboardContent = new Map<string, string | Blob>();

export const clipboard = {
  write(items: readonly ClipboardItem[]): Promise<void> {
    clipboardContent.clear();
    for (const { items: formats } of items) {
      for (const [type, value] of Object.entries(formats)) clipboardContent.set(type, value);
    }
    return Promise.resolve();
  },
  writeText: (text: string) => clipboard.write([new ClipboardItem({ 'text/plain': text })]),
  async readText(): Promise<string> {
    const value = clipboardContent.get('text/plain') ?? '';
    return typeof value === 'string' ? value : await value.text();
  },
  clear: () => clipboardContent.clear(),
};
