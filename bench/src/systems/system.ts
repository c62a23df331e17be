import type { Job, Passage } from '../payload.ts';

export const SYSTEM_NAMES = ['nooble', 'bullmq', 'bee-queue', 'groupmq', 'floor'] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

/** Where the jobs of a sample live; nobody else uses the prefix. */
export interface Place {
  readonly url: string;
  readonly prefix: string;
  /** `work` is where jobs are done, `caller` is who is told. */
  readonly queue: 'work' | 'caller';
}

/** What is done with every job: nothing, and its number is given back. */
export type OnJob = (n: number) => void;

export interface WorkerOrders {
  readonly concurrency: number;
  /** Results are told to the queue `caller`. */
  readonly tellsCaller: boolean;
  /** Somebody awaits the results. */
  readonly answers: boolean;
  readonly onJob: OnJob;
}

export interface RunningWorker {
  /** Durations of the calls that brought work (ms); empty where a system does not tell. */
  readonly claimMs: readonly number[];
  /** Finishes what runs, tells Redis, and ends its connections. */
  stop(): Promise<void>;
}

export interface Producer {
  /** One job, as a service sends it while it answers a request. */
  send(job: Job): Promise<unknown>;
  /** Many at once, with the call that the system has for it. */
  sendAll(jobs: readonly Job[]): Promise<unknown>;
  /** Jobs of the place's queue that are not done. */
  pending(): Promise<number>;
  close(): Promise<void>;
}

/** Sends a job and awaits its result. */
export interface Caller {
  request(job: Job): Promise<unknown>;
  close(): Promise<void>;
}

/** One queue under test, at its best documented settings; bench/README.md lists them. */
export interface System {
  /** Most jobs that `sendAll` is best given at a time. */
  readonly bulkSize: number;
  /** `tellsCaller`: the result of each job is to reach the queue `caller`. */
  openProducer(place: Place, options: { readonly tellsCaller: boolean }): Promise<Producer>;
  startWorker(place: Place, orders: WorkerOrders): Promise<RunningWorker>;
  openCaller?(place: Place): Promise<Caller>;
}

/** The result of every job, in every system. */
export function resultOf({ n }: Pick<Passage, 'n'>): { n: number } {
  return { n };
}
