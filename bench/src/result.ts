import type { Figure, Round } from './figures.ts';
import type { Machine } from './machine.ts';
import type { TargetResult } from './target.ts';

/** What one scenario gave. `ratio`, `ratios` and `ranges` are those of its headline metric. */
export interface ScenarioResult extends Pick<Figure, 'ratio' | 'ratios' | 'ranges'> {
  readonly about: string;
  /** ISO 8601 UTC. */
  readonly measuredAt: string;
  /** Load average of the minute before it began; above 0 somebody else was at work. */
  readonly loadBefore: number;
  readonly quick: boolean;
  readonly pairs: number;
  /** Its headline metric. */
  readonly metric: string;
  readonly metrics: Readonly<Record<string, Figure>>;
  /** Every sample as it was measured, round by round. */
  readonly rounds: readonly Round[];
}

/** The document of a run: `bench/results/latest.json`. */
export interface BenchResult {
  readonly machine: Machine;
  /** The same for every system. */
  readonly durability: string;
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
  readonly targets: readonly TargetResult[];
}
