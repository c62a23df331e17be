import type { Random } from '../schedule/random.ts';
import type { Target } from '../target/target.ts';

/** Redis, keys and seed that the processes of a trial use. */
export interface Environment {
  readonly target: Target;
  /** First part of every key of this trial. */
  readonly prefix: string;
  readonly random: Random;
  /** No process is started after it has aborted. */
  readonly signal: AbortSignal;
}

/** One test of a promise. */
export interface Trial extends Environment {
  /** Duration of the faults (s). */
  readonly seconds: number;
}
