import type { ReceivedSpan } from '../src/receiving/received-span.ts';
import { spanTree, type SpanNode } from '../src/receiving/span-tree.ts';

/** Returns the spans as an indented tree: service, name, attempt and outcome. */
export function linesOf(spans: readonly ReceivedSpan[]): string[] {
  const below = (nodes: readonly SpanNode[], depth: number): string[] =>
    nodes.flatMap(({ span, children }) => [lineOf(span, depth), ...below(children, depth + 1)]);
  return below(spanTree(spans), 0);
}

function lineOf({ service, name, attributes }: ReceivedSpan, depth: number): string {
  const { 'nooble.attempt': attempt, 'nooble.outcome': outcome } = attributes;
  const facts = [attempt, outcome].filter((each) => each !== undefined);
  return [`${'  '.repeat(depth)}${service}: ${name}`, ...facts.map(String)].join(' ');
}
