/**
 * Puts text that is no vault secret on the clipboard (an address, a snippet).
 * Where the host denies the clipboard permission the old way, a selected element, still works after a click.
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.setAttribute('aria-hidden', 'true');
    area.className = 'visually-hidden';
    const before = document.activeElement;
    (before?.closest('[role="dialog"]') ?? document.body).append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
