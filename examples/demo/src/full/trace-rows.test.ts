import { spanTree, type ReceivedSpan } from '@nooble/observability/receiver';
import { expect, it } from 'vitest';
import { traceHeader, traceRows } from './trace-rows.ts';

interface Given {
  readonly name: string;
  readonly parent?: string;
  readonly startMs: number;
  readonly timeMs: number;
}

/** The id of a span is its name. */
function rowsOf(given: readonly Given[], width: number): string[] {
  const spans = given.map(({ name, parent = '', startMs, timeMs }): ReceivedSpan => {
    const startNs = BigInt(startMs * 1e6) + 1_700_000_000_000_000_000n;
    const rest = { attributes: {}, events: [], links: [], status: {}, kind: 1, traceId: 't' };
    const ids = { spanId: name, parentSpanId: parent };
    return {
      service: 'query',
      name,
      ...ids,
      startNs,
      endNs: startNs + BigInt(timeMs * 1e6),
      ...rest,
    };
  });
  return traceRows(spanTree(spans), width).map(({ text }) => text);
}

const TRACE: readonly Given[] = [
  { name: 'root', startMs: 0, timeMs: 1_000 },
  { name: 'first', parent: 'root', startMs: 100, timeMs: 200 },
  { name: 'below', parent: 'first', startMs: 150, timeMs: 1 },
  { name: 'last', parent: 'root', startMs: 500, timeMs: 500 },
];

it('draws a tree with the start, the time and a bar of each span', () => {
  expect([traceHeader(), ...rowsOf(TRACE, 78)]).toEqual([
    'span                               service       start     time',
    'root                               query        0.0 ms  1000 ms ██████████████',
    '├ first                            query        100 ms   200 ms  ███',
    '│ └ below                          query        150 ms   1.0 ms   ▏',
    '└ last                             query        500 ms   500 ms        ███████',
  ]);
});

it('stays within the width, however long the names are', () => {
  const long = { name: 'x'.repeat(200), startMs: 0, timeMs: 999_999 };
  for (const width of [66, 78, 98]) {
    for (const row of rowsOf([...TRACE, long], width))
      expect(row.length).toBeLessThanOrEqual(width);
  }
});

it('draws nothing for no spans, and a trace without a length', () => {
  expect(rowsOf([], 78)).toEqual([]);
  expect(rowsOf([{ name: 'instant', startMs: 0, timeMs: 0 }], 78)).toHaveLength(1);
});
