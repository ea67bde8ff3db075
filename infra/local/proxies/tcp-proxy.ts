import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A port that leads to another one, and whose connections can be cut. */
export interface TcpProxy {
  port: number;
  /** Breaks all connections of this moment. */
  cut(): void;
  stop(): Promise<void>;
}

/** Starts one on loopback. `breaksAt` says at which piece that comes back the connection of this number breaks; both from 1. */
export async function startTcpProxy(
  target: number,
  breaksAt: (connection: number) => number = () => Infinity,
): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const keep = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    keep(near, far);
    keep(far, near);
    let left = breaksAt((connections += 1));
    far.on('data', () => {
      left -= 1;
      if (left <= 0) near.destroy();
    });
    near.pipe(far);
    far.pipe(near);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    stop: async () => {
      server.close();
      cut();
    },
  };
}
