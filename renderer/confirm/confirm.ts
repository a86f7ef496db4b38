/** The page of the confirmation window. It shows text as text and can answer yes or no, nothing else. */
interface ConfirmBridge {
  readonly question: {
    readonly title: string;
    readonly message: string;
    readonly detail: string;
    readonly accept: string;
    readonly acceptAfterMs: number;
    readonly theme: 'system' | 'light' | 'dark';
  };
  readonly answer: (accepted: boolean) => void;
}

const bridge = (window as unknown as { readonly keyharborConfirm: ConfirmBridge }).keyharborConfirm;
const { title, message, detail, accept, acceptAfterMs, theme } = bridge.question;
if (theme !== 'system') document.documentElement.dataset['theme'] = theme;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error('the page is incomplete');
  return found;
}

element('title').textContent = title;
element('message').textContent = message;
element('detail').textContent = detail;
const acceptButton = element('accept') as HTMLButtonElement;
acceptButton.textContent = accept;
const denyButton = element('deny') as HTMLButtonElement;

denyButton.addEventListener('click', () => bridge.answer(false));
acceptButton.addEventListener('click', () => bridge.answer(true));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') bridge.answer(false);
});
// A little later than the host counts from, so that a press on an enabled button is never refused.
window.setTimeout(() => {
  acceptButton.disabled = false;
}, acceptAfterMs + 200);
denyButton.focus();
