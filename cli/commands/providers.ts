import type { Command } from 'commander';
import type { ProviderInfo } from '../../shared/provider.ts';
import { connectAgent } from '../connect.ts';
import { findProvider } from '../find-provider.ts';
import { printJson, write } from '../output.ts';
import { pairs, table, terminalWidth } from '../table.ts';

async function providers(id: string | undefined, options: { readonly json?: boolean }): Promise<void> {
  const agent = await connectAgent();
  const all = await agent.call('providers.list', {});
  agent.close();
  const one = id === undefined ? null : findProvider(all, id);
  if (options.json) return printJson(one === null ? all : [one]);
  write(one === null ? table(['ID', 'NAME', 'CATEGORY', 'AUTH'], all.map(row), terminalWidth()) : describe(one));
}

function row({ id, name, category, auth }: ProviderInfo): readonly string[] {
  return [id, name, category, auth.map(({ kind }) => kind).join(', ')];
}

function describe(provider: ProviderInfo): string {
  const { id, name, category, links, baseUrl } = provider;
  const base = `${baseUrl.default ?? 'yours'}${baseUrl.changeable ? '' : ' (fixed)'}`;
  const head = pairs([
    ['Provider', `${name} (${id})`],
    ['Category', category],
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
  program
    .command('providers')
    .description('list the known providers, or show one')
    .argument('[provider]', 'id of a provider')
    .option('--json', 'as JSON')
    .action(providers);
}
