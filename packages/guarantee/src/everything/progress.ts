import type { ProcessGroup } from '../scenario/process-group.ts';

/** Progress of a trial of everything. */
export interface EverythingProgress {
  readonly phase: 'running' | 'draining' | 'keys';
  readonly elapsedMs: number;
  readonly actions: number;
  readonly ended: number;
  readonly killed: number;
  readonly faults: number;
}

/** Receiver of the progress. */
export interface ProgressOptions {
  /** Number of actions of the trial. */
  readonly actions: number;
  readonly onProgress: (progress: EverythingProgress) => void;
}

/** Interval of reports (ms). */
const REPORT_MS = 1_000;

/** Counts what the processes of a trial have recorded, and reports it. */
export class Progress {
  readonly #group: ProcessGroup;
  readonly #startedMs = performance.now();
  readonly #options: ProgressOptions;
  #phase: EverythingProgress['phase'] = 'running';
  #reportedMs = 0;

  constructor(group: ProcessGroup, options: ProgressOptions) {
    this.#group = group;
    this.#options = options;
  }

  enter(phase: EverythingProgress['phase']): void {
    this.#phase = phase;
    this.#reportedMs = 0;
    this.current();
  }

  /** Returns the progress, and reports it from time to time. */
  current(): EverythingProgress {
    const counts = { ended: 0, killed: 0, fault: 0 };
    for (const { event } of this.#group.history()) {
      if (event === 'ended' || event === 'killed' || event === 'fault') counts[event] += 1;
    }
    const elapsedMs = performance.now() - this.#startedMs;
    const { actions, onProgress } = this.#options;
    const { ended, killed, fault: faults } = counts;
    const progress = { phase: this.#phase, elapsedMs, actions, ended, killed, faults };
    if (elapsedMs - this.#reportedMs >= REPORT_MS || this.#reportedMs === 0) {
      this.#reportedMs = elapsedMs;
      onProgress(progress);
    }
    return progress;
  }
}
