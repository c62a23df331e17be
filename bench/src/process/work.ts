import type { Work, WorkInput } from '../commands.ts';
import { machineMs } from '../machine-clock.ts';
import type { Conversation, Stoppable } from '../systems/conversation.ts';
import type { Place, RunningWorker, System } from '../systems/system.ts';

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
  return recorded(record, await system.startWorker(place, options), onProgress);
}

/** Starts a worker whose handlers emit streams, and records nothing. */
export async function startSpeaking(conversation: Conversation, place: Place): Promise<Working> {
  const speaker = await conversation.startSpeaker?.(place);
  if (!speaker) throw new Error('This system has no streams');
  return recorded(new Record(), speaker, () => {});
}

/** Starts a worker that records each job twice: when it starts, and when it is aborted. */
export async function startHolding(
  conversation: Conversation,
  place: Place,
  onProgress: (done: number) => void,
): Promise<Working> {
  const record = new Record();
  const holder = await conversation.startHolder?.(place, (n) => record.add(n));
  if (!holder) throw new Error('This system has no cancellation');
  return recorded(record, holder, onProgress);
}

function recorded(
  record: Record,
  worker: Stoppable & Partial<RunningWorker>,
  onProgress: (done: number) => void,
): Working {
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

  toWork({ claimMs = [], callMs = [] }: Partial<RunningWorker>): Work {
    const beganMs = this.#beganMs.slice(0, this.length);
    return {
      done: this.#done.slice(0, this.length),
      beganMs,
      claimMs,
      callMs,
      startedMs: beganMs[0] ?? 0,
      endedMs: beganMs.at(-1) ?? 0,
    };
  }
}
