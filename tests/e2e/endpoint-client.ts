import { result } from './bridge.ts';
import type { OpenWindow } from './hosts.ts';

/** Switches the endpoint on at a free port and makes a client; the owner agrees outside the page. */
export async function makeClient(
  window: OpenWindow,
  name: string,
  grants: string[],
): Promise<{ readonly origin: string; readonly token: string }> {
  const { port } = await result(window.page, 'endpoint.on', { port: 0 });
  const creating = result(window.page, 'clients.create', { name, grants });
  await window.accept('Create token');
  const { token } = await creating;
  return { origin: `http://127.0.0.1:${port}`, token };
}
