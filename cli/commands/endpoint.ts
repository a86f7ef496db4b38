import type { Command } from 'commander';
import type { EndpointStatus } from '../../shared/contract/schemas.ts';
import { connectAgent } from '../connect.ts';
import { note, print, printJson } from '../output.ts';
import { parsePort } from '../port.ts';

interface Options {
  readonly port?: string;
  readonly json?: boolean;
}

function report(status: EndpointStatus, json: boolean): void {
  if (json) return printJson(status);
  print(status.on && status.port !== null ? `On: http://${status.address ?? '127.0.0.1'}:${status.port}` : 'Off.');
  if (status.socket !== null) print(`Socket: ${status.socket}`);
  if (status.problem !== null) note(`keyharbor: ${status.problem}`);
}

export function register(program: Command): void {
  const endpoint = program
    .command('endpoint')
    .description('the HTTP server on localhost that hands keys to local tools');
  endpoint
    .command('on')
    .description('switch it on')
    .option('--port <n>', 'port to listen on; 0 takes any free one')
    .option('--json', 'as JSON')
    .action(async (options: Options) => {
      const port = options.port === undefined ? {} : { port: parsePort(options.port) };
      const agent = await connectAgent();
      report(await agent.call('endpoint.on', port), options.json === true);
      agent.close();
    });
  for (const [name, description] of [
    ['off', 'switch it off'],
    ['status', 'say whether it is on, and where'],
  ] as const) {
    endpoint
      .command(name)
      .description(description)
      .option('--json', 'as JSON')
      .action(async (options: Options) => {
        const agent = await connectAgent();
        report(await agent.call(`endpoint.${name}`, {}), options.json === true);
        agent.close();
      });
  }
}
