import type { Line } from '../journal.ts';
import { Causes } from './causes.ts';

/** Something that must not have happened. */
export interface Finding {
  readonly what:
    | 'lost'
    | 'ended wrongly'
    | 'settled twice'
    | 'told twice'
    | 'told by a loser'
    | 'resurrected'
    | 'repeated without cause'
    | 'ran although refused'
    | 'misrouted'
    | 'over-admitted'
    | 'charged twice'
    | 'starved';
  /** Of the action, or of the tenant where it is about more than one. */
  readonly id: string;
  /** What was written about it, in the order of time. */
  readonly lines: readonly Line[];
}

/**
 * Judges a history from what producers, workers and callers wrote down, and nothing else: not one of the
 * queue's own counters is asked.
 */
export function check(lines: readonly Line[]): Finding[] {
  const causes = new Causes(lines);
  const aboutActions = [...byAction(lines)].flatMap(([id, own]) =>
    judge(own, causes).map((what): Finding => ({ what, id, lines: own })),
  );
  return [...aboutActions, ...misanswered(lines)];
}

/** Whether something has happened that nothing can make good; what is lost so far may still come. */
export function isBroken(lines: readonly Line[]): boolean {
  return check(lines).some(({ what }) => what !== 'lost');
}

function byAction(lines: readonly Line[]): Map<string, Line[]> {
  const byId = new Map<string, Line[]>();
  for (const line of lines) {
    if (!('id' in line)) continue;
    const known = byId.get(line.id);
    if (known) known.push(line);
    else byId.set(line.id, [line]);
  }
  return byId;
}

/** What is written about one action. */
interface Life {
  /** Somebody sent it. */
  readonly known: boolean;
  readonly accepted: boolean;
  /** Its sender was told that it will not run. */
  readonly refused: boolean;
  readonly ends: 'done' | 'dead';
  readonly starts: readonly Begun[];
  /** Tokens of the attempts that were put off. */
  readonly throttled: ReadonlySet<number>;
  /** How often a worker was told that its outcome counts. */
  readonly settled: number;
  readonly told: readonly Told[];
  readonly tenants: ReadonlySet<string>;
}

type Begun = Extract<Line, { event: 'started' | 'finished' }>;
type Told = Extract<Line, { event: 'told' }>;
type Rule = (life: Life, causes: Causes) => boolean;
type AboutAction = Exclude<Finding['what'], 'over-admitted' | 'charged twice' | 'starved'>;

/** What an action may do that was sent again after it had ended: it has lived twice. */
const OF_TWO_LIVES: readonly AboutAction[] = [
  'settled twice',
  'told by a loser',
  'resurrected',
  'repeated without cause',
  'ran although refused',
];

/** When each finding is due. */
const RULES: Readonly<Record<AboutAction, Rule>> = {
  lost: ({ accepted, told }) => accepted && told.length === 0,
  'ended wrongly': ({ told, ends }) => told.some(({ status }) => status !== ends),
  'settled twice': ({ settled }) => settled > 1,
  'told twice': ({ told }, causes) => isRepeated(told, ({ callback }) => callback, causes),
  'told by a loser': ({ told, starts }) =>
    told.some(({ token }) =>
      starts.some((start) => start.token > (token ?? Number.POSITIVE_INFINITY)),
    ),
  resurrected: ({ told: [first], starts }, causes) =>
    first !== undefined && starts.some((start) => start.at > first.at && !causes.delayed(start)),
  'repeated without cause': ({ starts, throttled }, causes) => {
    const counted = starts.filter(({ token }) => !throttled.has(token));
    return isRepeated(counted, ({ attempt }) => String(attempt), causes);
  },
  'ran although refused': ({ refused, starts }) => refused && starts.length > 0,
  misrouted: ({ tenants, told, known }) => tenants.size > 1 || (told.length > 0 && !known),
};

function judge(lines: readonly Line[], causes: Causes): AboutAction[] {
  const of = <Event extends Line['event']>(event: Event) =>
    lines.filter((line): line is Extract<Line, { event: Event }> => line.event === event);
  const life: Life = {
    known: of('sent').length + of('accepted').length > 0,
    accepted: of('accepted').length > 0,
    // That Redis was out of reach says nothing of what became of it.
    refused: of('refused').some(({ code }) => code !== 'REDIS_UNAVAILABLE'),
    ends: of('sent')[0]?.ends ?? 'done',
    starts: of('started'),
    throttled: new Set(of('throttled').map(({ token }) => token)),
    settled: of('settled').length + of('dead').length,
    told: of('told'),
    tenants: new Set(lines.flatMap(tenantsOf)),
  };
  const kinds = Object.keys(RULES) as AboutAction[];
  const excused = of('resent').length > 0 ? OF_TWO_LIVES : [];
  return kinds.filter((what) => !excused.includes(what) && RULES[what](life, causes));
}

function tenantsOf(line: Line): string[] {
  if (!('tenant' in line)) return [];
  return 'of' in line && line.of !== undefined ? [line.tenant, line.of] : [line.tenant];
}

/** The same attempt, or the same callback, happens again only when something explains it. */
function isRepeated<L extends Line>(
  lines: readonly L[],
  keyOf: (line: L) => string,
  causes: Causes,
): boolean {
  return lines.some((first, index) => {
    const again = lines.slice(index + 1).find((line) => keyOf(line) === keyOf(first));
    return again !== undefined && !causes.explain(first, again);
  });
}

/** Awaited results that were another tenant's. */
function misanswered(lines: readonly Line[]): Finding[] {
  return lines.flatMap((line): Finding[] =>
    line.event === 'answered' && line.result !== line.tenant
      ? [{ what: 'misrouted', id: line.tenant, lines: [line] }]
      : [],
  );
}
