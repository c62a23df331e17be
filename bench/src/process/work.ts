import type { Work, WorkInput } from '../commands.ts';
import { machineMs } from '../machine-clock.ts';
import type { RunningWorker, System } from '../systems/system.ts';

/** Interval of progress messages (ms). */
const PROGRESS_MS = 10;
const MAX_JOBS = 1_000_000;

/** A running worker that records its jobs. */
export interface Working {
  finish(): Promise<Work>;
}

/** Starts a worker. Calls `onProgress` with the number of started jobs when it has changed. */
export async function startWork(
  system: System,
  { place, ...how }: WorkInput,
  onProgress: (done: number) => void,
): Promise<Working> {
  const record = new Record();
  const onJob = (n: number): void => record.add(n);
  const options = { ...how, onJob };
  const worker = await system.startWorker(place, options);
  let reported = 0;
  const progress = setInterval(() => {
    if (record.length !== reported) onProgress((reported = record.length));
  }, PROGRESS_MS);
  return {
    async finish() {
      clearInterval(progress);
      await worker.stop();
      return record.toWork(worker);
    },
  };
}

/** Records number and start time of each job in flat arrays, at negligible cost per job. */
class Record {
  readonly #done = new Uint32Array(MAX_JOBS);
  readonly #beganMs = new Float64Array(MAX_JOBS);
  length = 0;

  add(n: number): void {
    this.#done[this.length] = n;
    this.#beganMs[this.length] = machineMs();
    this.length += 1;
  }

  toWork({ claimMs }: RunningWorker): Work {
    const beganMs = this.#beganMs.slice(0, this.length);
    return {
      done: this.#done.slice(0, this.length),
      beganMs,
      claimMs,
      startedMs: beganMs[0] ?? 0,
      endedMs: beganMs.at(-1) ?? 0,
    };
  }
}
