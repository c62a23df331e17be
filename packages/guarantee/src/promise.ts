import type { Random } from './random.ts';
import type { Target } from './target.ts';

/** What a promise is tried with. */
export interface Trial {
  readonly target: Target;
  /** Keys of this trial begin with it. */
  readonly prefix: string;
  readonly random: Random;
  /** How long faults go on. */
  readonly seconds: number;
  /** Nothing new is begun once it is aborted. */
  readonly signal: AbortSignal;
}

/** What came of a trial. */
export interface Verdict {
  readonly held: boolean;
  /** What was tried, in figures. */
  readonly tried: string;
  /** The worst figure, or what broke it. */
  readonly worst: string;
  /** What was written down about one that broke it, line by line. */
  readonly example?: readonly string[];
}

/** One promise, as a program that can find it broken. */
export interface Guarantee {
  readonly id: string;
  readonly text: string;
  readonly run: (trial: Trial) => Promise<Verdict>;
}
