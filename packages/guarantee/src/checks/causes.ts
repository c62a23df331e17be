import type { Line } from '../journal.ts';

/** How long before an action began a fault may have cost it its lease already, ms. */
const SHORTLY_MS = 500;

interface Span {
  /** Unix ms. */
  readonly from: number;
  readonly to: number;
}

/** What explains that an action began twice, or that its caller was told twice. */
export class Causes {
  readonly #disturbed: ReadonlySet<number>;
  readonly #faults: readonly Span[];
  readonly #stalls = new Map<number, Span[]>();

  constructor(lines: readonly Line[]) {
    this.#disturbed = new Set(lines.flatMap((line) => ('victim' in line ? [line.victim] : [])));
    this.#faults = faultsOf(lines);
    for (const line of lines) {
      if (line.event !== 'stall') continue;
      const span = { from: line.at - line.ms, to: line.at };
      this.#stalls.set(line.pid, [...(this.#stalls.get(line.pid) ?? []), span]);
    }
  }

  /** Whether a process was killed or frozen: what it began may begin again, and it may be late. */
  disturbed({ pid }: Line): boolean {
    return this.#disturbed.has(pid);
  }

  /**
   * Whether what one line says may be said again by another: the process of the first was disturbed or
   * stood still, or a fault lies between.
   */
  explain(first: Line, second: Line): boolean {
    if (this.disturbed(first)) return true;
    const spans = [...this.#faults, ...(this.#stalls.get(first.pid) ?? [])];
    return spans.some(({ from, to }) => from <= second.at && to >= first.at - SHORTLY_MS);
  }

  /** Whether a process stood still shortly before a line, so that it may be late. */
  delayed(line: Line): boolean {
    const stalls = this.#stalls.get(line.pid) ?? [];
    return stalls.some(({ from, to }) => from <= line.at && to >= line.at - SHORTLY_MS);
  }
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
    return [{ from: line.at, to: end?.at ?? line.at }];
  });
}
