import type { RedisClient } from '@nooble/redis';
import { vi } from 'vitest';
import { MOVED_CLOCK } from './scripts-on-moved-time.ts';
import type { Stored } from '../stored.ts';

/** Lifetimes of keys are whole multiples of this. The real time between two moves is shorter. */
const LIFETIME_STEP_MS = 10_000;

/** The lifetime of a key that expires by moved time (ms): a key without one has lost it by a script. */
const HELD_MS = 100 * 366 * 86_400_000;

/**
 * Time that moves only when a test moves it: scripts read it instead of the server's clock, and the monotonic clock of this
 * process and the lifetimes of keys follow it.
 */
export class MovedTime {
  nowMs: number;
  readonly #client: RedisClient;
  readonly #prefix: string;
  readonly #domains: readonly Stored[];
  /** Key → its expiry; Redis itself expires it much later. */
  readonly #expiries = new Map<string, number>();

  constructor(nowMs: number, domains: readonly Stored[], prefix: string) {
    this.nowMs = nowMs;
    this.#domains = domains;
    this.#prefix = prefix;
    const [first] = domains;
    if (!first) throw new RangeError('No domain whose time could be moved');
    this.#client = first.client;
    vi.spyOn(performance, 'now').mockImplementation(() => this.nowMs);
  }

  async start(): Promise<void> {
    await this.#setClocks();
  }

  async forward(byMs: number): Promise<void> {
    // The lifetime of an inbox depends on the clock of its own shard, which is not moved.
    const names = (await this.#client.keys(`${this.#prefix}:*`)).filter((each) => !isInbox(each));
    const pipeline = this.#client.pipeline();
    for (const name of names) pipeline.pttl(name);
    const lifetimes = (await pipeline.exec()) ?? [];
    for (const [index, name] of names.entries()) this.#note(name, Number(lifetimes[index]?.[1]));
    this.nowMs += byMs;
    await this.#expire(names);
    await this.#setClocks();
  }

  /** A key with a lifetime was set since the last move, at the current time. */
  #note(name: string, lifetimeMs: number): void {
    if (lifetimeMs < 0) this.#expiries.delete(name);
    if (lifetimeMs < 0 || lifetimeMs > HELD_MS / 2) return;
    const whole = Math.ceil(lifetimeMs / LIFETIME_STEP_MS) * LIFETIME_STEP_MS;
    this.#expiries.set(name, this.nowMs + whole);
  }

  async #expire(names: readonly string[]): Promise<void> {
    const pipeline = this.#client.pipeline();
    for (const name of names) {
      const expiryMs = this.#expiries.get(name);
      if (expiryMs === undefined) continue;
      if (expiryMs <= this.nowMs) pipeline.unlink(name);
      else pipeline.pexpire(name, HELD_MS);
    }
    await pipeline.exec();
  }

  async #setClocks(): Promise<void> {
    const [seconds, micros] = MOVED_CLOCK;
    const clock = {
      [seconds]: Math.floor(this.nowMs / 1000),
      [micros]: (this.nowMs % 1000) * 1000,
    };
    await Promise.all(
      this.#domains.map(async (domain) => domain.client.hset(domain.key('state'), clock)),
    );
  }
}

function isInbox(name: string): boolean {
  return name.includes(':{inbox/');
}
