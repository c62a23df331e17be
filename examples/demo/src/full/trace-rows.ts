import type { SpanNode } from '@nooble/observability/receiver';
import { duration, fit } from '../layout.ts';

/** Widths of the columns (characters). The bars take the rest of a line. */
const SPAN = 34;
const SERVICE = 10;
const TIME = 8;
const MAX_BAR = 30;

/** A line about a span. */
export interface TraceRow {
  readonly service: string;
  readonly text: string;
}

/** A span with its place in a tree. */
interface Placed {
  readonly node: SpanNode;
  /** Lines that lead to it from the spans above it. */
  readonly branch: string;
}

/** Time that a trace covers (ns). */
interface Period {
  readonly startNs: bigint;
  readonly lengthNs: number;
}

/** Returns the names of the columns of `traceRows`. */
export function traceHeader(): string {
  const times = ['start', 'time'].map((name) => name.padStart(TIME));
  return [fit('span', SPAN), fit('service', SERVICE), ...times].join(' ').replace(/ +$/, '');
}

/**
 * Lays out a trace as a tree, one line per span, with its service, its start within the trace, its time and a bar that shows both.
 * Lines have at most `width` characters.
 */
export function traceRows(roots: readonly SpanNode[], width: number): TraceRow[] {
  const placed = placedBelow(roots, '');
  const period = periodOf(placed);
  const barWidth = Math.min(MAX_BAR, width - SPAN - SERVICE - 2 * TIME - 4);
  return placed.map(({ node: { span }, branch }) => {
    const [startMs, timeMs] = [span.startNs - period.startNs, span.endNs - span.startNs].map(
      (ns) => Number(ns) / 1e6,
    ) as [number, number];
    const cells = [
      fit(`${branch}${span.name}`, SPAN),
      fit(span.service, SERVICE),
      duration(startMs).padStart(TIME),
      duration(timeMs).padStart(TIME),
      barOf({ startMs, timeMs, allMs: period.lengthNs / 1e6 }, barWidth),
    ];
    return { service: span.service, text: cells.join(' ').trimEnd() };
  });
}

function placedBelow(nodes: readonly SpanNode[], above: string): Placed[] {
  return nodes.flatMap((node, at) => {
    const isLast = at === nodes.length - 1;
    const isRoot = above === '';
    const branch = isRoot ? '' : `${above.slice(1)}${isLast ? '└ ' : '├ '}`;
    const next = isRoot ? ' ' : `${above}${isLast ? '  ' : '│ '}`;
    return [{ node, branch }, ...placedBelow(node.children, next)];
  });
}

function periodOf(placed: readonly Placed[]): Period {
  const spans = placed.map(({ node }) => node.span);
  const startNs = spans
    .map((span) => span.startNs)
    .reduce((one, other) => (other < one ? other : one), spans[0]?.startNs ?? 0n);
  const endNs = spans
    .map((span) => span.endNs)
    .reduce((one, other) => (other > one ? other : one), startNs);
  return { startNs, lengthNs: Number(endNs - startNs) };
}

/** A bar has at least one character. */
function barOf(
  { startMs, timeMs, allMs }: { startMs: number; timeMs: number; allMs: number },
  width: number,
): string {
  if (width < 1) return '';
  const scale = allMs > 0 ? width / allMs : 0;
  const from = Math.min(width - 1, Math.floor(startMs * scale));
  const length = Math.max(1, Math.min(width - from, Math.round(timeMs * scale)));
  return `${' '.repeat(from)}${timeMs * scale < 0.5 ? '▏' : '█'.repeat(length)}`;
}
