import type { AccessWant } from '../../shared/contract/access.ts';
import { approval } from '../i18n/en/approval.ts';
import { shortReference } from '../clients/short-reference.ts';
import styles from './approval.module.css';
import { plainText } from './plain-text.ts';

const TEXT_MAX = 128;

/** Every credential asked for, by the form in which it would be handed out. */
export function WantList({ wants }: { readonly wants: readonly AccessWant[] }) {
  const forms = [...new Set(wants.map((want) => want.form))];
  return forms.map((form) => (
    <section key={form} className={styles.section}>
      <ul className={styles.wants}>
        {wants
          .filter((want) => want.form === form)
          .map((want) => (
            <li key={want.credentialId ?? want.ref}>
              <Want want={want} />
            </li>
          ))}
      </ul>
      <div className={styles.form} data-form={form}>
        <h2>{approval.forms[form].title}</h2>
        <p>{approval.forms[form].text}</p>
      </div>
    </section>
  ));
}

function Want({ want }: { readonly want: AccessWant }) {
  if (want.form === 'owner') return <strong>{approval.everything}</strong>;
  const ref = plainText(shortReference(want.ref), TEXT_MAX);
  const name = plainText(want.name, TEXT_MAX);
  return (
    <>
      <bdi className={styles.ref}>{ref}</bdi>
      {name !== '' && name !== ref && <bdi className={styles.muted}>{name}</bdi>}
    </>
  );
}
