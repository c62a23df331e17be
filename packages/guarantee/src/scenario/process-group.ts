import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DomainQueueManager, type DomainStats } from '@nooble/queue';
import type { Fault } from '../faults/fault.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { Journal, type Line } from '../journal/journal.ts';
import { CALLER_DOMAIN, WORK_DOMAIN } from '../load/actions.ts';
import { UNLIMITED } from '../load/program-options.ts';
import type { ProgramContext, ProgramOptions } from '../load/program-options.ts';
import { seededRandom, type Random } from '../schedule/random.ts';
import { until } from '../schedule/until.ts';
import { ProgramProcess, type ProgramName } from './program-process.ts';
import type { Environment } from './trial.ts';

const DEFAULTS: Omit<ProgramOptions, keyof ProgramContext> = {
  concurrency: 16,
  restMs: 10,
  faultyHandlers: false,
  takes: 'mixed',
  bulk: { actions: 0, limits: UNLIMITED },
  diesAfter: 0,
  recordsClaims: false,
  recordsMemory: false,
};

/** Program and options of a process, to start its replacement. */
interface Role {
  readonly name: ProgramName;
  readonly options: Partial<ProgramOptions>;
}

/** The processes of one trial and their journals. */
export class ProcessGroup {
  readonly journal: Journal;
  readonly queues: DomainQueueManager;
  readonly #folder: string;
  readonly #environment: Environment;
  readonly #leaseMs: number;
  /** Separate from the random numbers of the trial: no seed reproduces the moments at which processes start. */
  readonly #seeds: Random;
  readonly #reader: JournalReader;
  readonly #processes = new Map<ProgramProcess, Role>();

  static async open(environment: Environment, leaseMs: number): Promise<ProcessGroup> {
    environment.signal.throwIfAborted();
    const folder = await mkdtemp(join(tmpdir(), 'nooble-guarantee-'));
    return new ProcessGroup(environment, { leaseMs, folder });
  }

  private constructor(
    environment: Environment,
    { leaseMs, folder }: { leaseMs: number; folder: string },
  ) {
    const { target, prefix, random, signal } = environment;
    this.#environment = environment;
    this.#leaseMs = leaseMs;
    this.#seeds = seededRandom(random.below(2 ** 31));
    this.#folder = folder;
    signal.addEventListener('abort', this.#killAll, { once: true });
    process.once('exit', this.#abandon);
    this.journal = new Journal(folder);
    this.#reader = new JournalReader(folder);
    this.queues = new DomainQueueManager({ redis: target.url, prefix });
  }

  start(name: ProgramName, options: Partial<ProgramOptions> = {}): ProgramProcess {
    const { target, prefix, signal } = this.#environment;
    signal.throwIfAborted();
    const seed = this.#seeds.below(2 ** 31);
    const [redis, journal, leaseMs] = [target.url, this.#folder, this.#leaseMs];
    const given = { redis, prefix, journal, seed, leaseMs };
    const started = new ProgramProcess(name, { ...DEFAULTS, ...given, ...options });
    this.#processes.set(started, { name, options });
    void started.ended().then((wasKilled) => this.#ended(started, wasKilled));
    return started;
  }

  of(name: ProgramName): ProgramProcess[] {
    return [...this.#processes].flatMap(([each, role]) => (role.name === name ? [each] : []));
  }

  /** Kills a process and starts another with the same program and options. */
  async replace(victim: ProgramProcess): Promise<void> {
    const role = this.#processes.get(victim);
    await this.kill(victim);
    if (role) this.start(role.name, role.options);
  }

  async kill(victim: ProgramProcess): Promise<void> {
    this.#processes.delete(victim);
    const { pid } = victim;
    await victim.kill();
    this.journal.write({ event: 'killed', victim: pid });
  }

  /** Kills every process that sends actions or requests. */
  async killSenders(): Promise<void> {
    const names = ['producer', 'sequencer', 'requester'] as const;
    const senders = names.flatMap((name) => this.of(name));
    await Promise.all(senders.map(async (sender) => this.kill(sender)));
  }

  /** Injects a fault and records its start and end. */
  async inject(fault: Fault): Promise<void> {
    const { name } = fault;
    this.journal.write({ event: 'fault', name });
    await fault.inject();
    this.journal.write({ event: 'over', name });
  }

  /** Waits until every action has ended, or nothing was recorded for `standstillMs`; the checks find the difference. */
  async drain(standstillMs: number): Promise<void> {
    let lines = -1;
    while (this.history().length > lines) {
      lines = this.history().length;
      const isOver = await until(async () => (await this.#isEmpty()) || undefined, standstillMs);
      if (isOver) return;
    }
  }

  /** Returns all recorded lines, ordered by time. */
  history(): readonly Line[] {
    return this.#reader.read();
  }

  async close(): Promise<void> {
    const left = [...this.#processes.keys()];
    this.#processes.clear();
    await Promise.all(left.map(async (each) => each.kill()));
    this.#environment.signal.removeEventListener('abort', this.#killAll);
    process.removeListener('exit', this.#abandon);
    await this.queues.close();
    this.journal.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  readonly #killAll = (): void => {
    for (const each of this.#processes.keys()) each.abandon();
    this.#processes.clear();
  };

  /** Runs when this process exits, also before `close` has been called. */
  readonly #abandon = (): void => {
    this.#killAll();
    rmSync(this.#folder, { recursive: true, force: true });
  };

  async #isEmpty(): Promise<boolean> {
    const stats = [await this.queues.stats(WORK_DOMAIN), await this.queues.stats(CALLER_DOMAIN)];
    return stats.every(isEmpty);
  }

  /** Replaces a process that killed itself, but not one that exited. */
  #ended(ended: ProgramProcess, wasKilled: boolean): void {
    const role = this.#processes.get(ended);
    if (!role || !this.#processes.delete(ended) || !wasKilled) return;
    this.journal.write({ event: 'killed', victim: ended.pid });
    this.start(role.name, role.options);
  }
}

function isEmpty({ tiers, callbacksPending, suspects }: DomainStats): boolean {
  const busy = Object.values(tiers).some((tier) => tier.waiting + tier.active + tier.delayed > 0);
  return !busy && callbacksPending === 0 && suspects === 0;
}
