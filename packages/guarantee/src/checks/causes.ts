import type { Line } from '../journal/journal.ts';

/** Time before an event in which a disturbance still explains it (ms). */
const MARGIN_MS = 500;

interface Span {
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
}

/** Disturbances that explain a second start of an action, or a second callback. */
export class Causes {
  readonly #faults: readonly Span[];
  /** Times in which each process was stalled, frozen or dead. */
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
   * Returns true if the second line may repeat the first: the process of the first was absent, the process of the
   * second is late, or a fault happened in between.
   */
  explain(first: Line, second: Line): boolean {
    const between = { from: first.at - MARGIN_MS, to: second.at };
    const spans = [...this.#faults, ...(this.#absences.get(first.pid) ?? [])];
    return spans.some((span) => overlaps(span, between)) || this.delayed(second);
  }

  /** Returns true if the process of a line was absent shortly before, so that the line may be late. */
  delayed({ pid, at }: Line): boolean {
    const before = { from: at - MARGIN_MS, to: at };
    return (this.#absences.get(pid) ?? []).some((span) => overlaps(span, before));
  }
}

function overlaps(one: Span, other: Span): boolean {
  return one.from <= other.to && one.to >= other.from;
}

/** Returns the process that a line reports as absent, and the time. */
function absenceOf(line: Line, lines: readonly Line[]): [pid: number, span: Span] | undefined {
  const { event, at } = line;
  if (event === 'stall') return [line.pid, { from: at - line.ms, to: at }];
  // A death is recorded when it is noticed, which is slightly later.
  if (event === 'killed') return [line.victim, { from: at - MARGIN_MS, to: Infinity }];
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
