import { X11Connection } from '../../electron/hosts/browser/x11/x11-connection.ts';

/** What `xdotool windowclose` does: XDestroyWindow on the window of another program whose title holds this text. */
export async function destroyWindow(title: string): Promise<void> {
  const connection = await X11Connection.open(process.env);
  if (connection === null) throw new Error('no X server');
  const name = await connection.atom('_NET_WM_NAME');
  const request = Buffer.alloc(8);
  request[0] = 4; // DestroyWindow
  for (const window of await connection.children(connection.root)) {
    if (!(await connection.property(window, name)).toString('utf8').includes(title)) continue;
    request.writeUInt32LE(window, 4);
    connection.send(request);
    await connection.children(window); // answered after it
    connection.close();
    return;
  }
  throw new Error('no such window');
}
