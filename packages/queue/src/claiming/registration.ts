import { hostname } from 'node:os';
import type { WorkerLoad } from '../broker.ts';
import type { WorkerFacts } from '../protocol/operations/workers.ts';

/**
 * Minimum time between two registrations (ms). A worker ticks every 5 s or more often, and its registration lasts three times
 * as long.
 */
const EVERY_MS = 4_500;

/** Maximum length of the version and host name that are stored. */
const MAX_LENGTH = 255;

/** Decides with which ticks a worker registers, so that `queues.workers` lists it. */
export class Registration {
  readonly #process: string;
  #dueMs = 0;
  #isKnown = false;

  constructor(process: string) {
    this.#process = process;
  }

  /** True if the worker may be registered. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Returns what to register with this tick; undefined if it is not due yet, or the caller is not a worker. */
  due(
    load: WorkerLoad | undefined,
  ): { readonly process: string; readonly facts: WorkerFacts } | undefined {
    if (!load || performance.now() < this.#dueMs) return undefined;
    this.#dueMs = performance.now() + EVERY_MS;
    this.#isKnown = true;
    return { process: this.#process, facts: factsOf(load) };
  }

  /** The tick failed: the next one registers. */
  again(): void {
    this.#dueMs = 0;
  }

  /** The registration was removed. */
  left(): void {
    this.#isKnown = false;
  }
}

function factsOf({ concurrency, running, version }: WorkerLoad): WorkerFacts {
  return {
    host: hostname().slice(0, MAX_LENGTH),
    pid: process.pid,
    ...(version !== undefined && { version: version.slice(0, MAX_LENGTH) }),
    concurrency,
    running,
  };
}
