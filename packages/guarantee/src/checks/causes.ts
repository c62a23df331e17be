import type { Line } from '../journal.ts';

/** How long before an action began something may have cost it its lease already (ms). */
const SHORTLY_MS = 500;

interface Span {
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
}

/** What explains that an action began twice, or that its caller was told twice. */
export class Causes {
  readonly #faults: readonly Span[];
  /** When each process stood still, was frozen or was dead. */
  readonly #absences = new Map<number, Span[]>();

  constructor(lines: readonly Line[]) {
    this.#faults = faultsOf(lines);
    for (const line of lines) {
      const absence = absenceOf(line, lines);
      if (!absence) continue;
      const [pid, span] = absence;
      this.#absences.set(pid, [...(this.#absences.get(pid) ?? []), span]);
    }
  }

  /**
   * Whether what one line says may be said again by another: the process of the first was away meanwhile, that
   * of the second is late, or a fault lies between.
   */
  explain(first: Line, second: Line): boolean {
    const between = { from: first.at - SHORTLY_MS, to: second.at };
    const spans = [...this.#faults, ...(this.#absences.get(first.pid) ?? [])];
    return spans.some((span) => overlaps(span, between)) || this.delayed(second);
  }

  /** Whether the process of a line was away shortly before, so that it may be late. */
  delayed({ pid, at }: Line): boolean {
    const shortly = { from: at - SHORTLY_MS, to: at };
    return (this.#absences.get(pid) ?? []).some((span) => overlaps(span, shortly));
  }
}

function overlaps(one: Span, other: Span): boolean {
  return one.from <= other.to && one.to >= other.from;
}

/** Who could do nothing, and when, as a line tells. */
function absenceOf(line: Line, lines: readonly Line[]): [pid: number, span: Span] | undefined {
  const { event, at } = line;
  if (event === 'stall') return [line.pid, { from: at - line.ms, to: at }];
  // A death is written down when it is noticed, which is a little later.
  if (event === 'killed') return [line.victim, { from: at - SHORTLY_MS, to: Infinity }];
  if (event !== 'stopped') return undefined;
  const { victim } = line;
  const end = lines.find(
    (other) => other.event === 'continued' && other.victim === victim && other.at >= at,
  );
  return [victim, { from: at, to: end?.at ?? Infinity }];
}

function faultsOf(lines: readonly Line[]): Span[] {
  return lines.flatMap((line) => {
    if (line.event !== 'fault') return [];
    const end = lines.find(
      (other) =>
        other.event === 'over' &&
        other.name === line.name &&
        other.pid === line.pid &&
        other.at >= line.at,
    );
    return [{ from: line.at, to: end?.at ?? Infinity }];
  });
}
