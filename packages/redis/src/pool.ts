import { createClient, type ClientOptions } from './client.ts';
import type { RedisClient } from './ioredis.ts';
import { whyFailed } from './connection-trouble.ts';
import { resolveConnection, type Connection, type ConnectionOptions } from './connection.ts';
import { within } from './within.ts';

export interface RedisPoolOptions extends ConnectionOptions {
  /** Name of the connections in `CLIENT LIST`. @default 'nooble' */
  readonly name?: string;
  /** Told of every connection error. Commands fail by themselves, so nothing has to be done. @default nothing */
  readonly onError?: (error: Error) => void;
}

/** What a look at Redis found. */
export interface RedisHealth {
  readonly ok: boolean;
  /** Round trip (ms). */
  readonly latencyMs?: number;
  /** Why it is not ok. */
  readonly problem?: string;
}

/** The connections of a process to one Redis: one for commands, and dedicated ones for blocking reads. */
export class RedisPool {
  readonly redactedUrl: string;
  readonly #connection: Connection;
  readonly #clients: ClientOptions;
  readonly #dedicated = new Set<RedisClient>();
  #command: RedisClient | undefined;
  #closed = false;

  /** Connects at the first use. Throws RangeError for a malformed URL and for options that contradict it. */
  constructor({ name = 'nooble', onError = () => {}, ...options }: RedisPoolOptions) {
    this.#connection = resolveConnection(options);
    this.#clients = { name, onError };
    this.redactedUrl = this.#connection.redactedUrl;
  }

  /** The shared connection; never block on it. */
  command(): RedisClient {
    this.#assertOpen();
    this.#command ??= createClient(this.#connection, this.#clients);
    return this.#command;
  }

  /** A connection of the caller's own, to block on. End it with `disconnect()`, or leave it to `close()`. */
  blocking(): RedisClient {
    this.#assertOpen();
    const client = createClient(this.#connection, {
      ...this.#clients,
      name: `${this.#clients.name}-blocking`,
    });
    this.#dedicated.add(client);
    client.once('end', () => this.#dedicated.delete(client));
    return client;
  }

  /** Whether Redis answers within `timeoutMs`. Never rejects. */
  async health(timeoutMs = 1_000): Promise<RedisHealth> {
    const started = performance.now();
    try {
      await within(timeoutMs, this.command().ping());
      return { ok: true, latencyMs: performance.now() - started };
    } catch (error) {
      return { ok: false, problem: whyFailed(error as Error, this.#command) };
    }
  }

  /** Ends every connection: politely where Redis is there, and after `timeoutMs` at once. Idempotent. */
  async close(timeoutMs = 500): Promise<void> {
    this.#closed = true;
    for (const client of this.#dedicated) client.disconnect();
    const command = this.#command;
    if (command?.status === 'ready') await within(timeoutMs, command.quit()).catch(() => undefined);
    command?.disconnect();
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw new Error(`Cannot use the pool of Redis at "${this.redactedUrl}": it is closed`);
  }
}
