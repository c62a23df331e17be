import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A port on loopback that forwards to another one as a network with a delay would. */
export interface DelayedPort {
  readonly url: string;
  close(): Promise<void>;
}

/** Opens a port whose bytes take `delayMs` longer in each direction. */
export async function openDelayedPort(url: string, delayMs: number): Promise<DelayedPort> {
  const { hostname: host, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port: Number(port), noDelay: true });
    near.setNoDelay();
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      // Timers of equal length fire in order.
      from.on('data', (bytes) => setTimeout(() => to.writable && to.write(bytes), delayMs));
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
