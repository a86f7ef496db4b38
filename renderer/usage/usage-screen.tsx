import { m } from '../i18n/messages.ts';
import page from '../ui/page-layout.module.css';

/** What was metered: spend, tokens, requests. */
export default function UsageScreen() {
  return (
    <div className={page.page}>
      <h1>{m.usage.title}</h1>
    </div>
  );
}
