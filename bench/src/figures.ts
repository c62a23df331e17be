import { median } from './measures/percentile.ts';
import type { Metric, Sample } from './scenario.ts';

/** Samples of one round per side. */
export type Round = Readonly<Record<string, Sample>>;

/** Median and range of several rounds. */
export interface Spread {
  readonly median: number;
  readonly range: readonly [number, number];
}

/** One figure of a scenario for all sides. */
export interface Figure extends Metric {
  readonly values: Readonly<Record<string, Spread>>;
  /** Median of the paired ratios of nooble to BullMQ, if BullMQ was measured. */
  readonly ratio?: number;
  /** Medians of the paired ratios of nooble to each other side. */
  readonly ratios: Readonly<Record<string, number>>;
  /** Smallest and largest paired ratio to each side. */
  readonly ranges: Readonly<Record<string, readonly [number, number]>>;
}

/** Summarizes the rounds for one metric. Computes ratios within each round, then their median. */
export function figureOf(name: string, metric: Metric, rounds: readonly Round[]): Figure {
  const sides = Object.keys(rounds[0] ?? {});
  const valuesOf = (side: string): number[] =>
    rounds.flatMap((round) => round[side]?.[name] ?? []).map(short);
  const measured = sides.filter((side) => valuesOf(side).length > 0);
  const values = Object.fromEntries(measured.map((side) => [side, spreadOf(valuesOf(side))]));
  const spreads = measured
    .filter((side) => side !== 'nooble' && measured.includes('nooble'))
    .map((side) => [side, spreadOf(ratiosTo(side, name, rounds))] as const)
    .filter(([, { median }]) => Number.isFinite(median));
  const ratios = Object.fromEntries(spreads.map(([side, { median }]) => [side, median]));
  const { bullmq: ratio, ...others } = ratios;
  return {
    ...metric,
    values,
    ...(ratio !== undefined && { ratio }),
    ratios: others,
    ranges: Object.fromEntries(spreads.map(([side, { range }]) => [side, range])),
  };
}

function ratiosTo(side: string, name: string, rounds: readonly Round[]): number[] {
  return rounds.map((round) =>
    short((round['nooble']?.[name] ?? Number.NaN) / (round[side]?.[name] ?? Number.NaN)),
  );
}

function spreadOf(values: readonly number[]): Spread {
  return { median: short(median(values)), range: [Math.min(...values), Math.max(...values)] };
}

/** Rounds to four significant digits; more would suggest false precision. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
