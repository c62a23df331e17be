import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { createClient, type ClientOptions } from './client.ts';
import type { RedisClient } from './ioredis.ts';
import { whyFailed } from './connection-trouble.ts';
import { CONNECTION_RULES, resolveConnection } from './connection.ts';
import type { Connection, ConnectionOptions } from './connection.ts';
import { replyWithin } from './timers.ts';

/** Options of a `RedisPool`. */
export interface RedisPoolOptions extends ConnectionOptions {
  /** Name of the connections in `CLIENT LIST`. @default 'nooble' */
  readonly name?: string;
  /** Called with every connection error; needs no action, because commands fail on their own. @default ignored */
  readonly onError?: (error: Error) => void;
}

const CHECK: OptionsCheck<RedisPoolOptions> = {
  of: 'a pool',
  rules: { ...CONNECTION_RULES, name: rule.anything, onError: rule.function },
};

/** Result of a health check. */
export interface RedisHealth {
  readonly ok: boolean;
  /** Round trip (ms). */
  readonly latencyMs?: number;
  /** Reason, if not ok. */
  readonly problem?: string;
}

/** The connections of a process to one Redis: a shared one for commands, and dedicated ones for blocking reads. */
export class RedisPool {
  readonly redactedUrl: string;
  readonly #connection: Connection;
  readonly #clients: ClientOptions;
  readonly #dedicated = new Set<RedisClient>();
  #command: RedisClient | undefined;
  #closed = false;

  /** Connects on first use. Throws RangeError for a malformed URL, and for options that are wrong or contradict it. */
  constructor(given: RedisPoolOptions) {
    const { name = 'nooble', onError = () => {}, ...options } = readOptions(given, CHECK);
    this.#connection = resolveConnection(options);
    this.#clients = { name, onError };
    this.redactedUrl = this.#connection.redactedUrl;
  }

  /** Returns the shared connection. Do not send blocking commands on it. */
  command(): RedisClient {
    this.#assertOpen();
    this.#command ??= createClient(this.#connection, this.#clients);
    return this.#command;
  }

  /** Returns a new connection for blocking commands. It ends with `disconnect()`, or when the pool is closed. */
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

  /** Checks that Redis replies within `timeoutMs`. Never rejects. */
  async health(timeoutMs = 1_000): Promise<RedisHealth> {
    const started = performance.now();
    try {
      await replyWithin(timeoutMs, this.command().ping());
      return { ok: true, latencyMs: performance.now() - started };
    } catch (error) {
      return { ok: false, problem: whyFailed(error as Error, this.#command) };
    }
  }

  /** Closes all connections: with QUIT if Redis replies within `timeoutMs`, otherwise by disconnecting. Idempotent. */
  async close(timeoutMs = 500): Promise<void> {
    this.#closed = true;
    for (const client of this.#dedicated) client.disconnect();
    const command = this.#command;
    if (command?.status === 'ready')
      await replyWithin(timeoutMs, command.quit()).catch(() => undefined);
    command?.disconnect();
  }

  #assertOpen(): void {
    if (!this.#closed) return;
    throw new Error(`Cannot use the pool of Redis at "${this.redactedUrl}": it is closed`);
  }
}
