import { startEmbeddedRedis, type EmbeddedRedis } from '@nooble/redis/embedded';
import { Redis } from 'ioredis';

/** Calls and time of one command since the last reset, including commands run by scripts. */
export interface CommandStat {
  readonly calls: number;
  readonly usec: number;
}

/** The Redis of a run: on loopback, in memory only, shared by all systems. */
export class Server {
  readonly url: string;
  readonly #redis: Redis;
  readonly #server: EmbeddedRedis;

  static async start(): Promise<Server> {
    return new Server(await startEmbeddedRedis({ settings: ['--appendonly', 'no'] }));
  }

  private constructor(server: EmbeddedRedis) {
    this.url = server.url;
    this.#server = server;
    this.#redis = new Redis(server.url);
  }

  /** Deletes all data and resets the statistics. */
  async clear(): Promise<void> {
    await this.#redis.flushall('SYNC');
    await this.resetStats();
  }

  /** Resets the statistics. */
  async resetStats(): Promise<void> {
    await this.#redis.config('RESETSTAT');
  }

  async version(): Promise<string> {
    return (await this.#fields('server')).get('redis_version') ?? 'unknown';
  }

  async usedMemoryBytes(): Promise<number> {
    return Number((await this.#fields('memory')).get('used_memory'));
  }

  /** Returns user and system time of the server process since its start (µs). */
  async cpuMicroseconds(): Promise<number> {
    const cpu = await this.#fields('cpu');
    return 1e6 * (Number(cpu.get('used_cpu_user')) + Number(cpu.get('used_cpu_sys')));
  }

  /** Returns the bytes received and sent since the last reset. */
  async wireBytes(): Promise<{ readonly in: number; readonly out: number }> {
    const stats = await this.#fields('stats');
    const read = (name: string): number => Number(stats.get(name));
    return { in: read('total_net_input_bytes'), out: read('total_net_output_bytes') };
  }

  /** Returns statistics by command in lower case, without the commands of this class. */
  async commandStats(): Promise<ReadonlyMap<string, CommandStat>> {
    const fields = await this.#fields('commandstats');
    const entries = [...fields].flatMap(([name, text]): [string, CommandStat][] => {
      const command = name.replace('cmdstat_', '');
      if (/^(info|config|flushall|ping|client)/.test(command)) return [];
      const [, calls, usec] = /calls=(\d+),usec=(\d+)/.exec(text) ?? [];
      return [[command, { calls: Number(calls), usec: Number(usec) }]];
    });
    return new Map(entries);
  }

  /** Counts commands sent by clients, but not those run by scripts, until the returned function is called. */
  async countCommands(): Promise<() => Promise<number>> {
    const monitor = await this.#redis.monitor();
    let count = 0;
    monitor.on('monitor', (_time, args: string[], source: string) => {
      if (source !== 'lua' && args[0]?.toLowerCase() !== 'info') count += 1;
    });
    return async () => {
      // When this later command has been seen, all earlier commands have been counted.
      const marker = new Promise((resolve) => monitor.once('monitor', resolve));
      await this.#redis.info('server');
      await marker;
      monitor.disconnect();
      return count;
    };
  }

  async stop(): Promise<void> {
    this.#redis.disconnect();
    await this.#server.stop();
  }

  async #fields(section: string): Promise<Map<string, string>> {
    const text = await this.#redis.info(section);
    const lines = text.split('\r\n').filter((line) => line.includes(':'));
    return new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    );
  }
}
