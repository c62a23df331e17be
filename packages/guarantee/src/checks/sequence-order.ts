import type { Line } from '../journal/journal.ts';
import type { Finding } from './finding.ts';

type Attempt = Extract<Line, { event: 'started' | 'finished' }>;

/** An action of a sequence, in the order of admission. */
interface Member {
  readonly id: string;
  readonly lines: readonly Line[];
  /** In the order of their tokens. */
  readonly starts: readonly Attempt[];
}

/**
 * Finds actions of a sequence that ran before an earlier one of it had ended. An action that was sent again is left out: it
 * may have been admitted twice.
 */
export function outOfOrder(lines: readonly Line[]): Finding[] {
  return [...sequencesIn(lines).values()].flatMap((members) => {
    const findings: Finding[] = [];
    let previous: Member | undefined;
    for (const member of members) {
      const [first] = member.starts;
      if (!first) continue;
      const what = previous && faultBetween(previous, first);
      if (what) findings.push({ what, id: member.id, lines: timed(previous, member) });
      previous = member;
    }
    return findings;
  });
}

/** Counts actions of sequences that ran more than once, with an action behind them that ran later. */
export function keptTheirLead(lines: readonly Line[]): number {
  const lists = [...sequencesIn(lines).values()];
  return lists.reduce((count, members) => {
    const ran = members.filter(({ starts }) => starts.length > 0).slice(0, -1);
    return count + ran.filter(({ starts }) => starts.length > 1).length;
  }, 0);
}

/** Tokens grow with time: each attempt of an action has a smaller one than all attempts of a later action. */
function faultBetween(earlier: Member, first: Attempt): Finding['what'] | undefined {
  const last = earlier.starts.at(-1);
  if (!last) return undefined;
  if (last.token > first.token) return 'overtaken';
  // Only the last attempt may have ended it; a process that was frozen in an earlier one finishes at any time.
  const finished = earlier.lines.find(
    (line) => line.event === 'finished' && line.token === last.token,
  );
  return finished && finished.at > first.at ? 'ran together' : undefined;
}

function sequencesIn(lines: readonly Line[]): Map<string, Member[]> {
  const names = namesIn(lines);
  const own = new Map<string, Line[]>();
  for (const line of lines) {
    if ('id' in line && names.has(line.id)) own.set(line.id, [...(own.get(line.id) ?? []), line]);
  }
  const sequences = new Map<string, Member[]>();
  for (const line of lines) {
    const name = line.event === 'accepted' && names.get(line.id);
    if (!name) continue;
    const member = memberOf(line.id, own.get(line.id) ?? []);
    sequences.set(name, [...(sequences.get(name) ?? []), member]);
  }
  return sequences;
}

/** Returns the sequence of each action that has one and was sent once. */
function namesIn(lines: readonly Line[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const line of lines) {
    if (line.event === 'sent' && line.sequence !== undefined) names.set(line.id, line.sequence);
    if (line.event === 'resent') names.delete(line.id);
  }
  return names;
}

function memberOf(id: string, lines: readonly Line[]): Member {
  const starts = lines.filter((line): line is Attempt => line.event === 'started');
  return { id, lines, starts: starts.toSorted((a, b) => a.token - b.token) };
}

function timed(...members: readonly (Member | undefined)[]): Line[] {
  return members.flatMap((member) => member?.lines ?? []).sort((a, b) => a.at - b.at);
}
