import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainQueueManager, type DomainStats } from '@nooble/queue';
import { ActorProcess, type ActorName } from './actor-process.ts';
import { UNLIMITED, type Orders } from './actors/orders.ts';
import { CALLER_DOMAIN, WORK_DOMAIN } from './actions.ts';
import { Journal, type Line } from './journal.ts';
import { JournalReader } from './journal-reader.ts';
import type { Trial } from './promise.ts';
import { seededRandom, type Random } from './random.ts';
import { until } from './until.ts';

/** Where actors meet. */
export type Place = Pick<Trial, 'target' | 'prefix' | 'random' | 'signal'>;

/** What actors do unless told otherwise. */
const DEFAULTS: Omit<Orders, 'redis' | 'prefix' | 'journal' | 'seed' | 'leaseMs'> = {
  concurrency: 16,
  restMs: 10,
  mischief: false,
  takes: 'mixed',
  bulk: { actions: 0, limits: UNLIMITED },
  diesAfter: 0,
  notesClaims: false,
  measuresMemory: false,
};

interface Role {
  readonly name: ActorName;
  readonly more: Partial<Orders>;
}

/** Actors on one queue, and what they write down. */
export class Scene {
  readonly journal: Journal;
  readonly queues: DomainQueueManager;
  readonly #folder: string;
  readonly #place: Place;
  readonly #leaseMs: number;
  /** Of its own: actors are started at moments that no seed repeats. */
  readonly #seeds: Random;
  readonly #reader: JournalReader;
  readonly #actors = new Map<ActorProcess, Role>();

  static async open(place: Place, leaseMs: number): Promise<Scene> {
    place.signal.throwIfAborted();
    const folder = await mkdtemp(join(tmpdir(), 'nooble-guarantee-'));
    return new Scene(place, { leaseMs, folder });
  }

  private constructor(place: Place, { leaseMs, folder }: { leaseMs: number; folder: string }) {
    this.#place = place;
    this.#leaseMs = leaseMs;
    this.#seeds = seededRandom(place.random.below(2 ** 31));
    this.#folder = folder;
    place.signal.addEventListener('abort', this.#killAll, { once: true });
    process.once('exit', this.#abandon);
    this.journal = new Journal(folder);
    this.#reader = new JournalReader(folder);
    this.queues = new DomainQueueManager({ redis: place.target.url, prefix: place.prefix });
  }

  start(name: ActorName, more: Partial<Orders> = {}): ActorProcess {
    const { target, prefix, signal } = this.#place;
    signal.throwIfAborted();
    const seed = this.#seeds.below(2 ** 31);
    const [redis, journal, leaseMs] = [target.url, this.#folder, this.#leaseMs];
    const given = { redis, prefix, journal, seed, leaseMs };
    const actor = new ActorProcess(name, { ...DEFAULTS, ...given, ...more });
    this.#actors.set(actor, { name, more });
    void actor.ended().then((wasKilled) => this.#ended(actor, wasKilled));
    return actor;
  }

  of(name: ActorName): ActorProcess[] {
    return [...this.#actors].flatMap(([actor, role]) => (role.name === name ? [actor] : []));
  }

  /** Whether a worker consumes: it said last that it is healthy. */
  isUp({ pid }: ActorProcess): boolean {
    const last = this.history().findLast((line) => line.event === 'health' && line.pid === pid);
    return last?.event === 'health' && last.status === 'ok';
  }

  /** Actors of a kind that have done something by now; workers, only those with an action in their hands. */
  busy(name: ActorName): ActorProcess[] {
    const history = this.history();
    const over = new Set(history.flatMap((line) => (line.event === 'settled' ? [line.id] : [])));
    const isAtWork = (line: Line): boolean =>
      name !== 'worker' || (line.event === 'started' && !over.has(line.id));
    const pids = new Set(history.filter(isAtWork).map(({ pid }) => pid));
    return this.of(name).filter(({ pid }) => pids.has(pid));
  }

  /**
   * How long after a moment (Unix ms) a worker begins an action that was sent since then (ms); undefined when
   * it does not in time.
   */
  async beganAfter(
    { pid }: ActorProcess,
    since: number,
    limitMs: number,
  ): Promise<number | undefined> {
    return until(() => {
      const recent = this.history().filter(({ at }) => at >= since);
      const sent = new Set(recent.flatMap((line) => (line.event === 'sent' ? [line.id] : [])));
      const start = recent.find(
        (line) => line.event === 'started' && line.pid === pid && sent.has(line.id),
      );
      return start && start.at - since;
    }, limitMs);
  }

  /** Kills an actor and puts another in its place. */
  async replace(actor: ActorProcess): Promise<void> {
    const role = this.#actors.get(actor);
    await this.kill(actor);
    if (role) this.start(role.name, role.more);
  }

  async kill(actor: ActorProcess): Promise<void> {
    this.#actors.delete(actor);
    const { pid } = actor;
    await actor.kill();
    this.journal.write({ event: 'killed', victim: pid });
  }

  /** Does something bad and writes it down. */
  async suffer(name: string, strike: () => Promise<void>): Promise<void> {
    this.journal.write({ event: 'fault', name });
    await strike();
    this.journal.write({ event: 'over', name });
  }

  /** Waits until nothing is under way, or nothing has happened for `standstillMs`; the history tells the rest. */
  async drain(standstillMs: number): Promise<void> {
    let lines = -1;
    while (this.history().length > lines) {
      lines = this.history().length;
      const isOver = await until(async () => (await this.#isEmpty()) || undefined, standstillMs);
      if (isOver) return;
    }
  }

  /** Everything written so far, in the order of time. */
  history(): readonly Line[] {
    return this.#reader.read();
  }

  async close(): Promise<void> {
    const actors = [...this.#actors.keys()];
    this.#actors.clear();
    await Promise.all(actors.map(async (actor) => actor.kill()));
    this.#place.signal.removeEventListener('abort', this.#killAll);
    process.removeListener('exit', this.#abandon);
    await this.queues.close();
    this.journal.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #killAll = (): void => {
    for (const actor of this.#actors.keys()) actor.abandon();
    this.#actors.clear();
  };

  /** When this process ends, whatever it was about to do. */
  readonly #abandon = (): void => {
    this.#killAll();
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #isEmpty(): Promise<boolean> {
    const stats = [await this.queues.stats(WORK_DOMAIN), await this.queues.stats(CALLER_DOMAIN)];
    return stats.every(isEmpty);
  }

  /** One that killed itself gets a successor; one that has done its work does not. */
  #ended(actor: ActorProcess, wasKilled: boolean): void {
    const role = this.#actors.get(actor);
    if (!role || !this.#actors.delete(actor) || !wasKilled) return;
    this.journal.write({ event: 'killed', victim: actor.pid });
    this.start(role.name, role.more);
  }
}

function isEmpty({ tiers, callbacksPending, suspects }: DomainStats): boolean {
  const busy = Object.values(tiers).some((tier) => tier.waiting + tier.active + tier.delayed > 0);
  return !busy && callbacksPending === 0 && suspects === 0;
}
