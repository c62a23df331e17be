import type { Span, Work } from '../commands.ts';
import { assertDoneOnce, assertStored } from '../done-once.ts';
import type { SampleContext } from '../sample-context.ts';
import type { SystemProcess } from '../system-process.ts';
import type { Place, SystemName } from '../systems/system.ts';

/** Maximum time without progress before a sample fails (ms). */
const SILENCE_MS = 20_000;

export interface WorkersOptions {
  readonly place: Place;
  readonly concurrency: number;
  /** Worker processes. @default 1 */
  readonly workers?: number;
  readonly sendsCallback?: boolean;
  readonly answers?: boolean;
  /** @default 0 */
  readonly takesMs?: number;
  /** @default true */
  readonly claimsAhead?: boolean;
  /** @default false */
  readonly calls?: boolean;
  /** Number of the first worker process. @default 0 */
  readonly from?: number;
}

/** Running workers of a place. */
export interface StartedWorkers {
  /**
   * Waits until `count` jobs have started, then stops the workers. Throws an Error unless each job was done once and none
   * is left.
   */
  finish(count: number): Promise<DrainRecord>;
}

/** Combined record of the workers of a sample. */
export interface DrainRecord extends Span {
  readonly beganMs: readonly Float64Array[];
  readonly claimMs: readonly number[];
  readonly callMs: readonly number[];
}

/** Starts the workers of a system. */
export async function startWorkers(
  { processes, signal }: SampleContext,
  system: SystemName,
  { place, concurrency, workers = 1, from = 0, ...how }: WorkersOptions,
): Promise<StartedWorkers> {
  const started = Array.from({ length: workers }, (_, index) =>
    processes.worker(system, from + index),
  );
  const count = new Count(started);
  const {
    sendsCallback = false,
    answers = false,
    takesMs = 0,
    claimsAhead = true,
    calls = false,
  } = how;
  const input = { place, concurrency, sendsCallback, answers, takesMs, claimsAhead, calls };
  await Promise.all(started.map(async (each) => each.ask('work', input)));
  return {
    async finish(expected) {
      await count.reaches(expected, { signal, system });
      const works = await Promise.all(started.map(async (each) => each.ask('finish', null)));
      assertDoneOnce(
        system,
        works.map(({ done }) => done),
        expected,
      );
      assertStored(system, await processes.producer(system).ask('pending', { place }), 0);
      return together(works);
    },
  };
}

function together(works: readonly Work[]): DrainRecord {
  const busy = works.filter(({ done }) => done.length > 0);
  return {
    startedMs: Math.min(...busy.map(({ startedMs }) => startedMs)),
    endedMs: Math.max(...busy.map(({ endedMs }) => endedMs)),
    beganMs: works.map(({ beganMs }) => beganMs),
    claimMs: works.flatMap(({ claimMs }) => claimMs),
    callMs: works.flatMap(({ callMs }) => callMs),
  };
}

/** Counts what the workers have recorded, from their progress messages. */
export class Count {
  readonly #done = new Map<SystemProcess, number>();
  #onChange: () => void = () => {};

  constructor(started: readonly SystemProcess[]) {
    for (const each of started) {
      each.progress.removeAllListeners('done');
      each.progress.on('done', (done) => {
        this.#done.set(each, done);
        this.#onChange();
      });
    }
  }

  get #total(): number {
    return [...this.#done.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Rejects after some time without progress, and on abort. */
  async reaches(expected: number, { signal, system }: CountOptions): Promise<void> {
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const fail = (reason: string): void =>
          reject(new Error(`${system}: ${reason} after ${this.#total} of ${expected} jobs`));
        const silence = setTimeout(() => fail('no progress'), SILENCE_MS);
        over.signal.addEventListener('abort', () => clearTimeout(silence));
        signal.addEventListener('abort', () => fail('interrupted'), { signal: over.signal });
        this.#onChange = () => {
          silence.refresh();
          if (this.#total >= expected) resolve();
        };
        this.#onChange();
      });
    } finally {
      over.abort();
    }
  }
}

interface CountOptions {
  readonly signal: AbortSignal;
  readonly system: string;
}
