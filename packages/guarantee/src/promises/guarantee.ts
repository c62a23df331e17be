import type { Trial } from '../scenario/trial.ts';
import type { Report } from './report.ts';

/** A promise, and the program that tries to break it. */
export interface Guarantee {
  readonly id: string;
  readonly text: string;
  readonly run: (trial: Trial) => Promise<Report>;
}
