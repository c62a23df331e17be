import type { SampleContext } from './sample-context.ts';
import type { SideName } from './systems/systems.ts';

/** One figure of a scenario. */
export interface Metric {
  readonly unit: string;
  readonly better: 'higher' | 'lower';
}

export const PER_SECOND: Metric = { unit: '/s', better: 'higher' };
export const MILLISECONDS: Metric = { unit: 'ms', better: 'lower' };

/** Result of one side in one round: a number per metric, if the side has that metric. */
export type Sample = Readonly<Record<string, number>>;

/** A measurement of several sides. */
export interface Scenario {
  readonly name: string;
  /** One-line description of a sample. */
  readonly about: string;
  /** Metrics by name; the first is the headline metric. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Each side is measured once per round; ratios are `nooble` to each other side. */
  readonly sides: Readonly<Record<string, (context: SampleContext) => Promise<Sample>>>;
}

/** Returns sides that take the same sample with several systems. */
export function sidesOf<Name extends SideName>(
  systems: readonly Name[],
  measure: (context: SampleContext, system: Name) => Promise<Sample>,
): Scenario['sides'] {
  return Object.fromEntries(
    systems.map((system) => [system, async (context: SampleContext) => measure(context, system)]),
  );
}
