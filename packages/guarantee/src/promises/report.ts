import type { Finding } from '../checks/finding.ts';
import type { Line } from '../journal/journal.ts';

/** Result of a trial. */
export interface Report {
  readonly held: boolean;
  /** Number of actions, faults and processes in the trial. */
  readonly tried: string;
  /** The worst measured value, or the violation. */
  readonly worst: string;
  /** History of one violation, line by line. */
  readonly example?: readonly string[];
}

/** Maximum number of lines in an example. */
const MAX_LINES = 20;

/** Counts findings by kind and shows the history of one. Without findings, a promise that was not tested has not held. */
export function reportOf(
  findings: readonly Finding[],
  untested?: string,
): Pick<Report, 'held' | 'worst' | 'example'> {
  const [first] = findings;
  if (!first && untested !== undefined) return { held: false, worst: `not tested: ${untested}` };
  if (!first) return { held: true, worst: '0 lost, 0 twice, 0 misrouted' };
  const kinds = new Map<string, string[]>();
  for (const { what, id } of findings) kinds.set(what, [...(kinds.get(what) ?? []), id]);
  const parts = [...kinds].map(([what, ids]) => `${ids.length} ${what} (for example ${ids[0]})`);
  return {
    held: false,
    worst: parts.join(', '),
    example: first.lines.slice(0, MAX_LINES).map(readable(first.lines)),
  };
}

/** Returns a function that formats lines as `+12 ms  process 4711  started  tenant t, attempt 1`. */
export function readable([first]: readonly Line[]) {
  return ({ at, pid, event, ...facts }: Line): string => {
    const details = Object.entries(facts).flatMap(([name, value]) =>
      name === 'id' ? [] : [`${name} ${value}`],
    );
    return `+${at - (first?.at ?? at)} ms  process ${pid}  ${event}  ${details.join(', ')}`.trimEnd();
  };
}
