import type { Figure, Spread } from './figures.ts';
import type { BenchResult } from './result.ts';
import type { TargetResult } from './target.ts';

export const FIGURE_HEAD = ['scenario', 'nooble', 'compared with', 'ratio', 'range'] as const;
export const TARGET_HEAD = ['target', 'compared with', 'wanted', 'measured'] as const;

/** Returns one row per figure and compared side. */
export function figureRows({ scenarios }: BenchResult): string[][] {
  return Object.entries(scenarios).flatMap(([name, { metrics }]) => {
    const several = Object.keys(metrics).length > 1;
    return Object.entries(metrics).flatMap(([metric, figure]) =>
      rowsOf(several ? `${name} ${metric}` : name, figure),
    );
  });
}

/** Returns one row per target whose scenario was measured. */
export function targetRows({ targets }: BenchResult): string[][] {
  return targets.filter(({ met }) => met !== undefined).map(targetRow);
}

/** Describes hardware, versions, Redis and method, one sentence each. */
export function circumstances({ durability, scenarios }: BenchResult): string[] {
  const all = Object.values(scenarios);
  const pairs = [...new Set(all.map((scenario) => scenario.pairs))].sort((a, b) => a - b);
  const load = Math.max(...all.map(({ loadBefore }) => loadBefore));
  return [
    ...machinesOf(scenarios),
    `Redis: ${durability}.`,
    `Medians of ${pairs.join(' to ')} rounds; ratios are nooble to the other in the same round.`,
    `Load average before a scenario: up to ${load.toFixed(1)}.`,
    ...(all.some(({ quick }) => quick)
      ? ['Quick samples are small and not warmed up: a functional check, not for quoting.']
      : []),
  ];
}

/** Returns one sentence per machine, with the scenarios that were measured there if there are several. */
function machinesOf(scenarios: BenchResult['scenarios']): string[] {
  const names = new Map<string, string[]>();
  for (const [name, { machine, commit }] of Object.entries(scenarios)) {
    const { cpu, cores, memoryGiB, versions } = machine;
    const used = Object.entries(versions).map(([each, version]) => `${each} ${version}`);
    const code = commit === undefined ? '' : `; commit ${commit}`;
    const where = `${cpu}, ${cores} cores, ${memoryGiB} GiB; ${used.join(', ')}${code}`;
    names.set(where, [...(names.get(where) ?? []), name]);
  }
  const [only, ...others] = [...names];
  if (only && others.length === 0) return [`${only[0]}.`];
  return [...names].map(([where, measured]) => `${where}: ${measured.join(', ')}.`);
}

function rowsOf(label: string, figure: Figure): string[][] {
  const { nooble, ...others } = figure.values;
  const own = nooble ? valueOf(nooble, figure) : '';
  const sides = Object.entries(others);
  if (sides.length === 0) return [[label, own, '', '', '']];
  return sides.map(([side, spread], index) => {
    const first = index === 0 ? [label, own] : ['', ''];
    return [...first, `${side} ${valueOf(spread, figure)}`, ...ratioCells(side, figure)];
  });
}

function ratioCells(side: string, { ratio, ratios, ranges }: Figure): [string, string] {
  const value = side === 'bullmq' ? ratio : ratios[side];
  const range = ranges[side];
  return [
    value === undefined ? '' : `${twoDigits(value)}×`,
    range ? `${twoDigits(range[0])}–${twoDigits(range[1])}` : '',
  ];
}

function targetRow({ scenario, metric, to, atLeast, atMost, value, met }: TargetResult): string[] {
  const wanted = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
  const measured = `${met ? 'met' : 'not met'} (${twoDigits(value ?? Number.NaN)})`;
  return [[scenario, metric].filter(Boolean).join(' '), to ?? '', wanted, measured];
}

function valueOf({ median }: Spread, { unit }: Figure): string {
  if (unit === '/s' && median >= 1_000) return `${(median / 1_000).toFixed(1)} k${unit}`;
  const number = median >= 100 ? median.toFixed(0) : median.toFixed(median >= 10 ? 1 : 2);
  return unit === '/s' ? `${number}${unit}` : `${number} ${unit}`;
}

function twoDigits(value: number): string {
  return value.toFixed(2);
}
