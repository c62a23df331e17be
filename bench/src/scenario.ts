import type { Stage } from './stage.ts';
import type { SystemName } from './systems/system.ts';

/** One figure of a scenario. */
export interface Metric {
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export const PER_SECOND: Metric = { unit: '/s', better: 'higher' };
export const MILLISECONDS: Metric = { unit: 'ms', better: 'lower' };

/** What one side gave in one round: a number per metric; left out where it has none. */
export type Sample = Readonly<Record<string, number>>;

/** What is measured side by side. */
export interface Scenario {
  readonly name: string;
  /** What one sample is, in a line. */
  readonly about: string;
  /** The first is the scenario's headline. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** In a round each is measured once; ratios are of `nooble` to each other. */
  readonly sides: Readonly<Record<string, (stage: Stage) => Promise<Sample>>>;
}

/** The same sample for several systems. */
export function sidesOf(
  systems: readonly SystemName[],
  measure: (stage: Stage, system: SystemName) => Promise<Sample>,
): Scenario['sides'] {
  return Object.fromEntries(
    systems.map((system) => [system, async (stage: Stage) => measure(stage, system)]),
  );
}
