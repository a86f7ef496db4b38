import type { ProviderPreview } from '../shared/contract/schemas.ts';
import { pairs, plain } from './table.ts';

function costs(costMicroUsd: number): string {
  return costMicroUsd === 0 ? 'free' : `costs up to $${(costMicroUsd / 1_000_000).toFixed(4)}`;
}

/** What a descriptor would do, for a person who has to say yes or no. It holds text from a file. */
export function describePreview(preview: ProviderPreview): string {
  const { id, name, category, hosts, versions, kinds, warnings } = preview;
  const head = pairs([
    ['Provider', `${plain(name)} (${id})${preview.replaces ? ', replaces the one you have' : ''}`],
    ['Category', category],
    ['Sends keys to', hosts.length === 0 ? 'what each credential names' : plain(hosts.join(', '))],
    [
      'Versions',
      versions.length === 0
        ? null
        : plain(versions.map((each) => `${each.name} ${each.path}${each.enabled ? '' : ' (off)'}`).join(', ')),
    ],
  ]);
  const described = kinds.map((kind) => {
    const lines: readonly (readonly [string, string | null])[] = [
      ['Base URL', kind.place === '' ? null : `${plain(kind.place)}${kind.local ? ' (local)' : ''}`],
      ['Sends', kind.sends.length === 0 ? 'nothing secret' : plain(kind.sends.join('; '))],
      ['Variables', kind.environment.length === 0 ? null : kind.environment.join(', ')],
      ['Check', kind.check === null ? 'none' : `${plain(kind.check.request)} (${costs(kind.check.costMicroUsd)})`],
    ];
    return `\n--auth ${kind.kind}  (${plain(kind.label)})\n${pairs([...lines])}`;
  });
  const told = warnings.map(({ message }) => `! ${message}\n`).join('');
  return head + described.join('') + (told === '' ? '' : `\n${told}`);
}
