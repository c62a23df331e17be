import type { Figure, Round } from './figures.ts';
import type { Machine } from './machine.ts';
import type { TargetResult } from './target.ts';

/** Result of one scenario. `ratio`, `ratios` and `ranges` are those of its headline metric. */
export interface ScenarioResult extends Pick<Figure, 'ratio' | 'ratios' | 'ranges'> {
  readonly about: string;
  /** The machine and the versions that were measured. */
  readonly machine: Machine;
  /** The code that was measured; `+` marks changes that were not committed. Absent if it is not known. */
  readonly commit?: string;
  /** ISO 8601 UTC. */
  readonly measuredAt: string;
  /** One-minute load average before the scenario; above 0 other processes were running. */
  readonly loadBefore: number;
  readonly quick: boolean;
  readonly pairs: number;
  /** Name of the headline metric. */
  readonly metric: string;
  readonly metrics: Readonly<Record<string, Figure>>;
  /** All samples, by round. */
  readonly rounds: readonly Round[];
}

/** The document of a run: `bench/results/latest.json`. */
export interface BenchResult {
  /** The same for every system. */
  readonly durability: string;
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
  readonly targets: readonly TargetResult[];
}
