import type { Line } from '../journal/journal.ts';
import type { MixedKind } from '../journal/mixed-kind.ts';

type Asked = Extract<Line, { event: 'asked' }>;
type Ended = Extract<Line, { event: 'ended' }>;

/** Errors with which no action may end that was accepted: its outcome is then lost. */
const LOST = ['ACTION_TIMEOUT', 'REPLY_LOST', 'UNKNOWN_STREAM', 'STREAM_GAP'];
/** A process may receive a reply and be killed before it has recorded it (ms before its death). */
const UNRECORDED_MS = 2_000;

/** An action that has not ended for its caller. */
interface Open {
  readonly id: string;
  readonly kind: MixedKind;
}

/** Returns what the callers with an inbox have asked for: the number, and those without an end. */
export function openOf(history: readonly Line[], inbox: string): { asked: number; open: Open[] } {
  const own = askedIn(history).filter((line) => line.inbox === inbox);
  const over = new Set(endedIn(history).map(({ id }) => id));
  return { asked: own.length, open: own.filter(({ id }) => !over.has(id)) };
}

/** Something that must not happen to an action, with its lines. */
export interface Unsettled {
  readonly what: 'not ended' | 'ended twice' | 'lost' | 'wrong' | 'untyped';
  readonly id: string;
  readonly code: string;
  /** Lines about it, and the kills and faults since it was asked for, ordered by time. */
  readonly lines: readonly Line[];
}

/** The endings of all actions. */
export interface Ledger {
  readonly asked: number;
  readonly ended: number;
  /** Number of actions per kind, and per code with which they ended. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly codes: ReadonlyMap<string, number>;
  readonly unsettled: readonly Unsettled[];
}

/** Compares what callers have asked for with how it ended for them, and with what workers have run. */
export function ledgerOf(history: readonly Line[]): Ledger {
  const [asked, ended] = [askedIn(history), endedIn(history)];
  const ends = new Map<string, Ended[]>();
  for (const line of ended) ends.set(line.id, [...(ends.get(line.id) ?? []), line]);
  const ran = new Map(
    history.flatMap((line) => (line.event === 'ran' ? [[line.id, line.at] as const] : [])),
  );
  const deaths = deathsIn(history);
  const unsettled = asked.flatMap((line): Unsettled[] => {
    const { id } = line;
    const found = (what: Unsettled['what'], code: string): Unsettled[] => [
      { what, id, code, lines: storyOf(line, history) },
    ];
    const [end, second] = ends.get(id) ?? [];
    if (!end) return found('not ended', line.kind);
    if (second) return found('ended twice', second.code);
    const isTakenOver = end.pid !== line.pid;
    const what = violationOf(end, { line, ranAt: ran.get(id), isTakenOver, deaths });
    return what ? found(what, `${end.code} of a ${line.kind}`) : [];
  });
  return {
    asked: asked.length,
    ended: ends.size,
    kinds: countsOf(asked.map(({ kind }) => kind)),
    codes: countsOf(ended.map(({ code }) => code)),
    unsettled,
  };
}

interface Circumstances {
  readonly line: Asked;
  /** Time at which a handler did it; undefined if none did. */
  readonly ranAt: number | undefined;
  /** True if another process than its first caller has recorded the end. */
  readonly isTakenOver: boolean;
  /** Times at which processes were killed. */
  readonly deaths: readonly number[];
}

function violationOf(
  { code }: Ended,
  { line, ranAt, isTakenOver, deaths }: Circumstances,
): Unsettled['what'] | undefined {
  if (code.startsWith('UNTYPED')) return 'untyped';
  if (code.startsWith('WRONG')) return 'wrong';
  if (!LOST.includes(code) || (line.isHasty && code === 'ACTION_TIMEOUT')) return undefined;
  if (!isTakenOver || code === 'ACTION_TIMEOUT' || code === 'STREAM_GAP') return 'lost';
  // A caller that was killed may have been about to send it, or about to record its end.
  const isUnrecorded = deaths.some(
    (at) => ranAt !== undefined && at >= ranAt && at < ranAt + UNRECORDED_MS,
  );
  return ranAt === undefined || isUnrecorded ? undefined : 'lost';
}

function storyOf({ id, at }: Asked, history: readonly Line[]): Line[] {
  const own = history.filter((line) => 'id' in line && line.id === id);
  const until = own.at(-1)?.at ?? at;
  const isAround = (line: Line): boolean =>
    ['killed', 'fault', 'over'].includes(line.event) && line.at >= at && line.at <= until;
  return history.filter((line) => isAround(line) || ('id' in line && line.id === id));
}

function askedIn(history: readonly Line[]): Asked[] {
  return history.filter((line): line is Asked => line.event === 'asked');
}

function endedIn(history: readonly Line[]): Ended[] {
  return history.filter((line): line is Ended => line.event === 'ended');
}

function deathsIn(history: readonly Line[]): number[] {
  return history.flatMap((line) => (line.event === 'killed' ? [line.at] : []));
}

function countsOf(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
