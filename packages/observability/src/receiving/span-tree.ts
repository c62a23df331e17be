import type { ReceivedSpan } from './received-span.ts';

/** A span and the spans that it is the parent of, in the order of their start. */
export interface SpanNode {
  readonly span: ReceivedSpan;
  readonly children: readonly SpanNode[];
}

/** Returns the spans whose parent is not among them, each with all spans below it. */
export function spanTree(spans: readonly ReceivedSpan[]): SpanNode[] {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const byParent = new Map<string, ReceivedSpan[]>();
  for (const span of spans.toSorted((one, other) => Number(one.startNs - other.startNs))) {
    const parent = ids.has(span.parentSpanId) ? span.parentSpanId : '';
    const siblings = byParent.get(parent);
    if (siblings) siblings.push(span);
    else byParent.set(parent, [span]);
  }
  const below = (parentId: string): SpanNode[] =>
    (byParent.get(parentId) ?? []).map((span) => ({ span, children: below(span.spanId) }));
  return below('');
}
