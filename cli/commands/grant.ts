import type { Command } from 'commander';
import type { AccessGrant } from '../../shared/contract/access.ts';
import { DELIVERY_FORMS, type DeliveryForm } from '../../shared/delivery.ts';
import { endOf } from '../client-options.ts';
import { connectAgent } from '../connect.ts';
import { usage } from '../fail.ts';
import { note, print, printJson, write } from '../output.ts';
import { table, terminalWidth } from '../table.ts';
import { endIn, momentIn, remarkOfZone, zoneOf } from '../zone-times.ts';

interface Json {
  readonly json?: boolean;
}

async function list(options: Json): Promise<void> {
  const agent = await connectAgent();
  const grants = await agent.call('grants.list', {});
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) return printJson(grants);
  if (grants.length === 0) {
    return note(
      'No grants. What you allow with "keyharbor approve" or in the window stands here; clients have their own: keyharbor client list',
    );
  }
  const rows = grants.map((grant) => row(grant, zone));
  write(table(['ID', 'WHO', 'KEY', 'FORM', 'UNTIL', 'LAST USED'], rows, terminalWidth()));
  remarkOfZone(zone);
}

function row(
  { id, caller, ref, form, lasts, folder, expiresAt, lastUsedAt }: AccessGrant,
  zone: string,
): readonly string[] {
  const where = folder === null ? '' : ` in ${folder}`;
  const until = expiresAt !== null ? momentIn(zone, expiresAt) : lasts === 'lock' ? 'lock' : 'revoked';
  return [id, `${caller.name}${where}`, ref, form, until, momentIn(zone, lastUsedAt)];
}

async function narrow(
  id: string,
  options: Json & { readonly form?: string; readonly expires?: string },
): Promise<void> {
  const form = options.form === undefined ? undefined : formOf(options.form);
  if (form === undefined && options.expires === undefined) {
    throw usage('There is nothing to narrow.', 'Give --form or --expires: see "keyharbor grant narrow --help".');
  }
  const agent = await connectAgent();
  const grant = await agent.call('grants.narrow', {
    id,
    ...(form === undefined ? {} : { form }),
    ...(options.expires === undefined ? {} : { expiresAt: endOf(options.expires) }),
  });
  const zone = await zoneOf(agent);
  agent.close();
  if (options.json) printJson(grant);
  else
    print(
      `Narrowed: ${grant.ref}, ${grant.form}${grant.expiresAt === null ? '' : `, until ${endIn(zone, grant.expiresAt)}`}.`,
    );
}

function formOf(word: string): DeliveryForm {
  const form = DELIVERY_FORMS.find((known) => known === word);
  if (form !== undefined) return form;
  throw usage('This form is not known.', `Safest first: ${DELIVERY_FORMS.join(', ')}.`);
}

async function revoke(id: string, { json }: Json): Promise<void> {
  const agent = await connectAgent();
  await agent.call('grants.revoke', { id });
  agent.close();
  if (json) printJson({ revoked: { id } });
  else print('The grant is revoked; who had it is asked about again.');
}

export function register(program: Command): void {
  const grant = program.command('grant').description('what you allowed programs to do, and for how long');
  grant.command('list').description('list what is allowed now').option('--json', 'as JSON').action(list);
  grant
    .command('narrow')
    .description('allow less than before; for more the program has to ask again')
    .argument('<id>', 'see "keyharbor grant list"')
    .option('--form <form>', `a safer form: ${DELIVERY_FORMS.join(', ')}`)
    .option('--expires <time>', 'an earlier end: 12h, 7d, 2027-01-31')
    .option('--json', 'as JSON')
    .action(narrow);
  grant
    .command('revoke')
    .description('take it back at once')
    .argument('<id>', 'see "keyharbor grant list"')
    .option('--json', 'as JSON')
    .action(revoke);
}
