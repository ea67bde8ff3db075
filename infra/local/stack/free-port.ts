import { createServer } from 'node:net';
import { StartError } from '../start-error';

/** Fails with one line when the port cannot be listened on, now, on either loopback address. */
export async function demandFreePort(port: number): Promise<void> {
  for (const host of ['127.0.0.1', '::1']) {
    const code = await tryPort(port, host);
    if (code === 'EADDRINUSE') throw new StartError(`Port ${port} is in use: choose another one with --port`);
    if (code === 'EACCES')
      throw new StartError(`Port ${port} may not be used without more rights: choose one from 1024`);
  }
}

/** The code of the error, if any. A machine without IPv6 has no ::1; that is no obstacle. */
async function tryPort(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    server.listen(port, host, () => server.close(() => resolve(undefined)));
  });
}
