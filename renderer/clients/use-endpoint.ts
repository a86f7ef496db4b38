import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { useSession } from '../state/session.ts';

/** The endpoint's state, and switching it. */
export function useEndpoint() {
  const endpoint = useSession((session) => session.endpoint);
  const turn = useAction(async (on: boolean, port?: number) => {
    const status = on ? await call('endpoint.on', port === undefined ? {} : { port }) : await call('endpoint.off', {});
    useSession.setState({ endpoint: status });
  });
  return { endpoint, turn };
}

/** A port as typed, or null where it is none. */
export function parsePort(text: string): number | null {
  const port = Number(text);
  return /^\d{1,5}$/.test(text.trim()) && port <= 65_535 ? port : null;
}
