import { RedisPool, type RedisClient } from '@nooble/redis';

/** Time for which it waits for a word (s); as long as a worker does, so that it receives about half of the words. */
const BLOCK_S = 0.2;

/** Takes words for workers before they read them: words may be lost. */
export class WordThief {
  readonly #redis: RedisPool;
  readonly #prefix: string;
  readonly #loops: Promise<void>[] = [];
  #isStopped = false;
  /** Number of words taken. */
  taken = 0;

  constructor({ url, prefix }: { readonly url: string; readonly prefix: string }) {
    this.#redis = new RedisPool({ url, name: 'nooble-guarantee' });
    this.#prefix = prefix;
  }

  start(domains: readonly string[]): void {
    for (const domain of domains) this.#loops.push(this.#takeFrom(domain, this.#redis.blocking()));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#loops);
    await this.#redis.close();
  }

  async #takeFrom(domain: string, client: RedisClient): Promise<void> {
    const root = `${this.#prefix}:{${domain}}`;
    while (!this.#isStopped) {
      const runs = await this.#redis.command().hvals(`${root}:run`);
      const holders = new Set(runs.flatMap((run) => /@([\w-]+)/.exec(run)?.[1] ?? []));
      const keys = [...holders].map((holder) => `${root}:words:${holder}`);
      if (keys.length === 0) await new Promise((resolve) => void setTimeout(resolve, 20));
      else if ((await client.blpop(keys, BLOCK_S))?.[1].startsWith('cancel ')) this.taken += 1;
    }
  }
}
