import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** One connection through the proxy. */
interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/** A TCP proxy that can disturb its connections to a server. */
export class Proxy {
  readonly #listener: Server;
  readonly #pairs = new Set<Pair>();
  #isSilent = false;

  /** Listens on a free port of 127.0.0.1. */
  static async open(target: { host: string; port: number }): Promise<Proxy> {
    const proxy = new Proxy(target);
    proxy.#listener.listen(0, '127.0.0.1');
    await once(proxy.#listener, 'listening');
    return proxy;
  }

  private constructor(target: { host: string; port: number }) {
    this.#listener = createServer((client) => this.#join(client, connect(target)));
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Stops forwarding on all open connections, in both directions, without closing them. */
  goHalfOpen(): void {
    for (const { client, server } of this.#pairs) {
      client.unpipe(server);
      server.unpipe(client);
      client.resume();
      server.resume();
    }
  }

  /** As `goHalfOpen`; new connections are accepted and not forwarded either, until `forwardAgain`. */
  goSilent(): void {
    this.#isSilent = true;
    this.goHalfOpen();
  }

  /** Forwards new connections again; connections made in the meantime stay silent. */
  forwardAgain(): void {
    this.#isSilent = false;
  }

  /** Drops replies; commands still reach the server. */
  swallowReplies(): void {
    for (const { client, server } of this.#pairs) {
      server.unpipe(client);
      server.resume();
    }
  }

  /** Closes every connection. */
  cut(): void {
    for (const { client, server } of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    this.cut();
    this.#listener.close();
    await once(this.#listener, 'close');
  }

  #join(client: Socket, server: Socket): void {
    const pair = { client, server };
    this.#pairs.add(pair);
    client.setNoDelay(true);
    server.setNoDelay(true);
    if (this.#isSilent) client.resume();
    else client.pipe(server).pipe(client);
    client.on('error', () => undefined);
    server.on('error', () => client.destroy());
    client.once('close', () => {
      server.destroy();
      this.#pairs.delete(pair);
    });
  }
}
