import type { Finding } from './checks/checker.ts';
import type { Line } from './journal.ts';
import type { Verdict } from './promise.ts';

/** Of the example. */
const MOST_LINES = 20;

/** Findings by kind, with the history of one of them; without any, what was not tried enough does not hold either. */
export function summarise(
  findings: readonly Finding[],
  untried?: string,
): Pick<Verdict, 'held' | 'worst' | 'example'> {
  const [first] = findings;
  if (!first && untried !== undefined) return { held: false, worst: `not tried: ${untried}` };
  if (!first) return { held: true, worst: '0 lost, 0 twice, 0 misrouted' };
  const kinds = new Map<string, string[]>();
  for (const { what, id } of findings) kinds.set(what, [...(kinds.get(what) ?? []), id]);
  const parts = [...kinds].map(([what, ids]) => `${ids.length} ${what} (as ${ids[0]})`);
  return {
    held: false,
    worst: parts.join(', '),
    example: first.lines.slice(0, MOST_LINES).map(readable(first.lines)),
  };
}

/** `+12 ms  process 4711  started  tenant t, attempt 1`. */
function readable([first]: readonly Line[]) {
  return ({ at, pid, event, ...facts }: Line): string => {
    const details = Object.entries(facts).flatMap(([name, value]) =>
      name === 'id' ? [] : [`${name} ${value}`],
    );
    return `+${at - (first?.at ?? at)} ms  process ${pid}  ${event}  ${details.join(', ')}`.trimEnd();
  };
}
