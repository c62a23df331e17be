import type { Job, Passage } from '../payload.ts';

export type SystemName =
  | 'nooble'
  | 'nooble-metrics'
  | 'nooble-traces'
  | 'bullmq'
  | 'bee-queue'
  | 'groupmq'
  | 'floor';

/** Location of the jobs of a sample; the prefix is not used by anything else. */
export interface Place {
  readonly url: string;
  readonly prefix: string;
  /** `work` receives the jobs, `caller` their results, `callee` the calls of their handlers. */
  readonly queue: 'work' | 'caller' | 'callee';
}

/** Called with the number of each job. */
export type OnJob = (n: number) => void;

export interface WorkerOptions {
  readonly concurrency: number;
  /** Results are sent to the queue `caller`. */
  readonly sendsCallback: boolean;
  /** Results are awaited. */
  readonly answers: boolean;
  /** Time that each handler waits after `onJob` (ms); 0 for no wait. */
  readonly takesMs: number;
  /** Actions may be claimed ahead of a free slot, in a system that does. */
  readonly claimsAhead: boolean;
  /** Handlers call the queue `callee`, in a system that has durable calls. */
  readonly calls: boolean;
  readonly onJob: OnJob;
}

export interface RunningWorker {
  /** Durations of the calls that returned work (ms); empty if the system does not report them. */
  readonly claimMs: readonly number[];
  /** Durations of the calls of its handlers (ms); absent if they make none. */
  readonly callMs?: readonly number[];
  /** Finishes and settles running jobs, then closes the connections. */
  stop(): Promise<void>;
}

export interface Producer {
  /** Sends one job, as a service would while handling a request. */
  send(job: Job): Promise<unknown>;
  /** Sends many jobs with the bulk call of the system. */
  sendAll(jobs: readonly Job[]): Promise<unknown>;
  /** Returns the number of jobs in the queue of the place that are not done. */
  pending(): Promise<number>;
  close(): Promise<void>;
}

/** Sends a job and awaits its result. */
export interface Caller {
  request(job: Job): Promise<unknown>;
  close(): Promise<void>;
}

/** A queue under test with its best documented settings, which bench/README.md lists. */
export interface System {
  /** Best number of jobs per `sendAll`. */
  readonly bulkSize: number;
  /** With `sendsCallback`, the result of each job is sent to the queue `caller`. */
  openProducer(place: Place, options: { readonly sendsCallback: boolean }): Promise<Producer>;
  startWorker(place: Place, options: WorkerOptions): Promise<RunningWorker>;
  openCaller?(place: Place): Promise<Caller>;
}

/** Returns the result of a job, which is the same in every system. */
export function resultOf({ n }: Pick<Passage, 'n'>): { n: number } {
  return { n };
}

/** Handles a job: counts it, then waits if the sample asks for that. Synchronous without a wait. */
export function doJob(n: number, { onJob, takesMs }: Pick<WorkerOptions, 'onJob' | 'takesMs'>) {
  onJob(n);
  return takesMs > 0 ? new Promise<void>((resolve) => setTimeout(resolve, takesMs)) : undefined;
}
