import { createServer } from 'node:net';

/**
 * Below the ephemeral ports (from 32768 on, on Linux): an outgoing connection could otherwise take the port before the
 * server does, or connect to itself while the server restarts. The bus of a Redis Cluster uses the port + 10,000.
 */
const PORTS = { first: 12_000, count: 10_000 };

/** Returns a free port on 127.0.0.1. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
