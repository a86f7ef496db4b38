import type { Command } from 'commander';
import { documentPiecesOf } from '../../shared/document-pieces.ts';
import { MAX_DESCRIPTOR_BYTES } from '../../shared/own-provider-rules.ts';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { findProvider } from '../find-provider.ts';
import { guideText } from '../guide-text.ts';
import { note, noTerminal, print, printJson, write } from '../output.ts';
import { describePreview } from '../provider-preview.ts';
import { readTextFile } from '../stdin.ts';
import { pairs, plain, table, terminalWidth } from '../table.ts';
import { ask, canAsk } from '../terminal.ts';

interface ShowOptions {
  readonly guide?: boolean;
  readonly json?: boolean;
}

async function providers(id: string | undefined, options: ShowOptions): Promise<void> {
  if (options.guide && id === undefined) {
    throw usage('Name the provider whose guide you want.', 'For example: keyharbor providers slack --guide');
  }
  const agent = await connectAgent();
  const all = await agent.call('providers.list', {});
  const guide =
    options.guide && id !== undefined ? await agent.call('providers.guide', { id: findProvider(all, id).id }) : null;
  agent.close();
  if (guide !== null) return options.json ? printJson(guide) : write(guideText(guide, terminalWidth()));
  const one = id === undefined ? null : findProvider(all, id);
  if (options.json) return printJson(one === null ? all : [one]);
  write(one === null ? table(['ID', 'NAME', 'CATEGORY', 'AUTH'], all.map(row), terminalWidth()) : describe(one));
}

interface AddOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Shows what the file would do first; nothing is added without a yes. */
async function addProvider(path: string, options: AddOptions): Promise<void> {
  const text = readTextFile(path, 'The file');
  if (Buffer.byteLength(text) > MAX_DESCRIPTOR_BYTES)
    throw usage('The file is larger than 256 KiB. Nothing was changed.');
  const document = documentPiecesOf(text);
  const agent = await connectAgent();
  const preview = await agent.call('providers.preview', { document });
  const shown = describePreview(preview);
  if (options.json) process.stderr.write(shown);
  else write(shown);
  if (!options.yes) {
    if (!canAsk()) throw noTerminal('A yes', 'Look at what it does above, then add --yes. Nothing was changed.');
    const answer = await ask(preview.replaces ? 'Replace it? [y/N] ' : 'Add it? [y/N] ', true);
    if (!/^(?:y|yes)$/i.test(answer.trim())) {
      agent.close();
      return note('Nothing was changed.');
    }
  }
  const saved = await agent.call('providers.save', { document, hash: preview.hash });
  agent.close();
  if (options.json) printJson(saved);
  else print(`\n${plain(saved.name)} (${saved.id}) is ${preview.replaces ? 'replaced' : 'added'}.`);
}

function switchTo(enabled: boolean) {
  return async (id: string, options: { readonly json?: boolean }): Promise<void> => {
    const agent = await connectAgent();
    const info = await agent.call('providers.enable', { id, enabled });
    agent.close();
    if (options.json) printJson(info);
    else print(`${plain(info.name)} (${id}) is ${enabled ? 'on' : 'off: it tests nothing and hands nothing out'}.`);
  };
}

async function removeProvider(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  await agent.call('providers.remove', { id });
  agent.close();
  if (json) printJson({ removed: { id } });
  else print(`${id} is removed.`);
}

function row({ id, name: title, category, auth, own, enabled }: ProviderInfo): readonly string[] {
  const name = own ? `${title} (${enabled ? 'own' : 'own, off'})` : title;
  return [id, name, category, auth.map(({ kind }) => kind).join(', ')];
}

function describe(provider: ProviderInfo): string {
  const { id, name, category, links, baseUrl, own, enabled } = provider;
  const base = `${baseUrl.default ?? 'yours'}${baseUrl.changeable ? '' : ' (fixed)'}`;
  const head = pairs([
    ['Provider', `${name} (${id})`],
    ['Category', category],
    ['Yours', own ? (enabled ? 'on' : 'off') : null],
    ['Get a key', links.keys ?? null],
    ['Docs', links.docs ?? null],
    ['Base URL', provider.auth.every((auth) => auth.ownAddress) ? 'none: its fields say where it is' : base],
  ]);
  const kinds = provider.auth.map((auth, index) => {
    const fields = auth.fields.map((field) => [
      field.name,
      field.label,
      [
        field.name === auth.primary ? 'primary' : '',
        field.secret ? 'secret' : '',
        field.required ? '' : 'optional',
        field.default === undefined ? '' : `default ${field.default}`,
        field.options === undefined ? '' : `one of: ${field.options.join(' ')}`,
      ]
        .filter((part) => part !== '')
        .join(', '),
    ]);
    const variables = auth.environment.length > 0 ? `Variables: ${auth.environment.join(', ')}\n` : '';
    const first = index === 0 ? ', used when --auth is left out' : '';
    return `\n--auth ${auth.kind}  (${auth.label}${first})\n${variables}${table(['FIELD', 'WHAT', ''], fields, terminalWidth())}`;
  });
  return head + kinds.join('');
}

export function register(program: Command): void {
  const providersCommand = program
    .command('providers')
    .description('list the known providers, or show one; add your own from a file')
    .argument('[provider]', 'id of a provider')
    .option('--guide', 'how to get a key of this provider, and what it has to be allowed to do')
    .option('--json', 'as JSON')
    .action(providers);
  providersCommand
    .command('add')
    .description('add an own provider, or replace it, from a file of the catalogue’s schema; shows its hosts first')
    .argument('<file>', 'the descriptor, as JSON')
    .option('--yes', 'agree to what the preview shows')
    .option('--json', 'as JSON')
    .action(addProvider);
  providersCommand
    .command('enable')
    .description('switch an own provider on')
    .argument('<id>', 'its id')
    .option('--json', 'as JSON')
    .action(switchTo(true));
  providersCommand
    .command('disable')
    .description('switch an own provider off: it tests nothing and hands nothing out')
    .argument('<id>', 'its id')
    .option('--json', 'as JSON')
    .action(switchTo(false));
  providersCommand
    .command('remove')
    .description('remove an own provider that has no credentials')
    .argument('<id>', 'its id')
    .option('--json', 'as JSON')
    .action(removeProvider);
}
