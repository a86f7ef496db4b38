import type { CredentialDetail } from '../../../shared/contract/schemas.ts';
import { allowsForm, DEFAULT_WEAKEST_FORM, type DeliveryForm } from '../../../shared/delivery.ts';
import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import { providerReferenceText } from '../../core/credentials/environment.ts';
import { UnconfirmedIssuer } from '../../core/providers/mcp/mcp-tokens.ts';
import type { Place } from '../../core/providers/place.ts';
import type { Area } from '../caller.ts';
import { admitByReference } from '../credential-admission.ts';

export function credentialHandlers(app: App): Area<'credentials'> {
  const { credentials } = app;
  return {
    'credentials.list': (filter) => credentials.list(filter),
    'credentials.get': ({ target }) => credentials.get(target),
    'credentials.add': async (input, { actor, caller }) => {
      if (caller === 'window') await confirmPlace(app, input, credentials.newPlace(input));
      return credentials.add(input, actor);
    },
    'credentials.edit': async ({ target, changes }, { actor, caller }) => {
      if (caller !== 'window') return credentials.edit(target, changes, actor);
      // The yes is for this credential and this place, whatever was renamed or changed while it was asked for.
      const shown = credentials.get(target);
      const same = { id: shown.id };
      if (changes.weakestForm !== undefined) await confirmWider(app, shown, changes.weakestForm);
      const place = credentials.changedPlace(same, changes);
      await confirmPlace(app, shown, place);
      assertSamePlace(place, credentials.changedPlace(same, changes));
      return credentials.edit(same, changes, actor);
    },
    'credentials.suspend': ({ target }, { actor }) => credentials.move(target, 'suspend', actor),
    'credentials.reinstate': ({ target }, { actor }) => credentials.move(target, 'reinstate', actor),
    'credentials.revoke': ({ target }, { actor }) => credentials.move(target, 'revoke', actor),
    'credentials.delete': ({ target }, { actor }) => credentials.move(target, 'delete', actor),
    'credentials.restore': ({ target }, { actor }) => credentials.move(target, 'restore', actor),
    'credentials.purge': async ({ target, password }, { actor }) => {
      await credentials.purge(target, password, actor);
      return {};
    },
    'credentials.reveal': (input, { actor }) => credentials.reads.reveal(input, actor),
    'credentials.copy': (input, { actor }) => credentials.reads.copy(input, actor),
    'credentials.read': async ({ ref }, context) => {
      await admitByReference(app, [ref], 'value', context);
      await credentials.reads.prepare(ref);
      return credentials.reads.read(ref, context.actor);
    },
    'credentials.environment': async ({ items }, context) => {
      const refs = items.map((item) => ('ref' in item ? item.ref : providerReferenceText(item.provider)));
      await admitByReference(app, refs, 'environment', context);
      await credentials.reads.prepareEnvironment(items);
      return credentials.reads.environment(items, context.actor);
    },
    'credentials.startSignIn': async ({ target }, { actor, caller }) => {
      if (caller !== 'window') return { url: await credentials.startSignIn(target, actor) };
      const shown = credentials.get(target);
      const url = await startAgreed(app, shown, actor);
      // Else the catalogue names this page, and a click of the owner asked for it.
      if (credentials.isSignInPageForeign({ id: shown.id })) await confirmPage(app, shown, url);
      await app.options.shell.openLink(url);
      return { url };
    },
    'credentials.finishSignIn': ({ target }, { actor }) => credentials.finishSignIn(target, actor),
    'credentials.cancelSignIn': ({ target }) => {
      credentials.cancelSignIn(target);
      return {};
    },
    'credentials.test': ({ target, force }, { actor }) => credentials.test(target, force, actor),
    'credentials.cancelTest': ({ target }) => {
      credentials.cancelTest(target);
      return {};
    },
  };
}

const FORM_WORDS: Readonly<Record<DeliveryForm, string>> = {
  proxy: 'forwarded calls only',
  token: 'forwarded calls, and a short-lived token for one program',
  environment: 'the environment of one program',
  value: 'the value itself',
};

/** A page may be led astray: that a key may leave in a weaker form than before is agreed to outside of it (T6). */
async function confirmWider(app: App, shown: CredentialDetail, asked: DeliveryForm | null): Promise<void> {
  const before = shown.weakestForm ?? DEFAULT_WEAKEST_FORM;
  const after = asked ?? DEFAULT_WEAKEST_FORM;
  if (allowsForm(before, after)) return;
  const provider = app.providers.catalogue.find(shown.provider)?.name ?? shown.provider;
  const agreed = await app.confirm({
    title: 'Let tools have this key in a weaker form?',
    message: `${provider} ${shown.label}: until now at most ${FORM_WORDS[before]}.`,
    detail: `From now on: ${FORM_WORDS[after]}.`,
    accept: 'Allow it',
  });
  if (!agreed) throw new AppError('forbidden', 'The weaker form was declined. Nothing was changed.');
}

/**
 * Another base URL, or another host, port or program in a public field, is another place that gets the key. From a
 * window that needs a yes outside the page, naming it (SECURITY-DESIGN.md section 7.1); on the command line `--base-url`
 * and `--field` are the consent.
 */
async function confirmPlace(app: App, of: Named, place: Place | null): Promise<void> {
  if (place === null) return;
  const provider = app.providers.catalogue.find(of.provider)?.name ?? of.provider;
  const key = `“${provider} ${of.name === '' ? of.label : of.name}”`;
  const program = place.origin.startsWith('stdio:');
  const hosts = place.origin.split(' ').flatMap((each) => URL.parse(each)?.host || []);
  const agreed = await app.confirm({
    title: program ? 'Start this program with the key?' : 'Send this key to another host?',
    message: program
      ? `A test of ${key} would start this program on this computer.`
      : `Requests with ${key} would go to ${[...new Set(hosts)].join(' and ')}${place.local ? ', on this computer or network' : ''}.`,
    detail: place.origin,
    accept: program ? 'Allow this program' : 'Use this host',
  });
  if (!agreed) throw new AppError('forbidden', 'The address was declined. Nothing was changed.');
}

/** Where the server signs people in on another host, the owner has to agree to that one first. */
async function startAgreed(app: App, shown: CredentialDetail, actor: string): Promise<string> {
  const { credentials } = app;
  const same = { id: shown.id };
  try {
    return await credentials.startSignIn(same, actor);
  } catch (error) {
    if (!(error instanceof UnconfirmedIssuer)) throw error;
    const place = credentials.changedPlace(same, error.changes);
    await confirmPlace(app, shown, place);
    assertSamePlace(place, credentials.changedPlace(same, error.changes));
    credentials.edit(same, error.changes, actor);
    return credentials.startSignIn(same, actor);
  }
}

/** A page that a server named: shown whole before it is opened (SECURITY-DESIGN.md section 8). */
async function confirmPage(app: App, { id, ref }: CredentialDetail, url: string): Promise<void> {
  const agreed = await app.confirm({
    title: 'Open this sign-in page?',
    message: `The server of ${ref} signs people in at ${new URL(url).host}.`,
    detail: url,
    accept: 'Open the page',
  });
  if (agreed) return;
  app.credentials.cancelSignIn({ id });
  throw new AppError('forbidden', 'The sign-in page was declined. Nothing was opened.');
}

/** As the window shows it. */
type Named = Readonly<Record<'provider' | 'label' | 'name', string>>;

function assertSamePlace(agreed: Place | null, now: Place | null): void {
  if (agreed?.origin === now?.origin && agreed?.local === now?.local) return;
  throw new AppError('conflict', 'The credential was changed meanwhile. Nothing was changed.', 'Try again.');
}
