import type { Line } from '../journal/journal.ts';
import { Causes } from './causes.ts';
import type { Finding } from './finding.ts';
import { outOfOrder } from './sequence-order.ts';

/** Checks a history, using only the records of the processes and none of the queue's own counters. */
export function check(lines: readonly Line[]): Finding[] {
  const causes = new Causes(lines);
  const aboutActions = [...byAction(lines)].flatMap(([id, own]) =>
    judge(own, causes).map((what): Finding => ({ what, id, lines: own })),
  );
  return [...aboutActions, ...misroutedResults(lines), ...outOfOrder(lines)];
}

/** Returns true if a violation is final. A callback that is missing so far may still arrive. */
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

/** Record of one action. */
interface Life {
  /** A process sent it. */
  readonly known: boolean;
  readonly accepted: boolean;
  /** Its sender received an error that guarantees that it will not run. */
  readonly refused: boolean;
  readonly ends: 'done' | 'dead';
  readonly starts: readonly Begun[];
  /** Tokens of the attempts that were put off. */
  readonly throttled: ReadonlySet<number>;
  /** Number of settlements that Redis accepted. */
  readonly settled: number;
  readonly notified: readonly Notified[];
  readonly tenants: ReadonlySet<string>;
}

type Begun = Extract<Line, { event: 'started' | 'finished' }>;
type Notified = Extract<Line, { event: 'notified' }>;
type Rule = (life: Life, causes: Causes) => boolean;
type NotOfOneAction = 'over-admitted' | 'charged twice' | 'starved' | 'overtaken' | 'ran together';
type AboutAction = Exclude<Finding['what'], NotOfOneAction>;

/** Not violations for an action that was sent again after it had ended, because it is then a second action. */
const EXCUSED_IF_RESENT: readonly AboutAction[] = [
  'settled twice',
  'notified under a lost lease',
  'resurrected',
  'repeated without cause',
  'ran although refused',
];

/** Condition of each finding. */
const RULES: Readonly<Record<AboutAction, Rule>> = {
  lost: ({ accepted, notified }) => accepted && notified.length === 0,
  'wrong ending': ({ notified, ends }) => notified.some(({ status }) => status !== ends),
  'settled twice': ({ settled }) => settled > 1,
  'notified twice': ({ notified }, causes) =>
    isRepeated(notified, ({ callback }) => callback, causes),
  'notified under a lost lease': ({ notified, starts }) =>
    notified.some(({ token }) =>
      starts.some((start) => start.token > (token ?? Number.POSITIVE_INFINITY)),
    ),
  resurrected: ({ notified: [first], starts }, causes) =>
    first !== undefined && starts.some((start) => start.at > first.at && !causes.delayed(start)),
  'repeated without cause': ({ starts, throttled }, causes) => {
    const counted = starts.filter(({ token }) => !throttled.has(token));
    return isRepeated(counted, ({ attempt }) => String(attempt), causes);
  },
  'ran although refused': ({ refused, starts }) => refused && starts.length > 0,
  misrouted: ({ tenants, notified, known }) => tenants.size > 1 || (notified.length > 0 && !known),
};

function judge(lines: readonly Line[], causes: Causes): AboutAction[] {
  const of = <Event extends Line['event']>(event: Event) =>
    lines.filter((line): line is Extract<Line, { event: Event }> => line.event === event);
  const life: Life = {
    known: of('sent').length + of('accepted').length > 0,
    accepted: of('accepted').length > 0,
    // Without a reply the sender does not know whether the action was accepted.
    refused: of('refused').some(({ code }) => code !== 'REDIS_UNAVAILABLE'),
    ends: of('sent')[0]?.ends ?? 'done',
    starts: of('started'),
    throttled: new Set(of('throttled').map(({ token }) => token)),
    settled: of('settled').length + of('dead').length,
    notified: of('notified'),
    tenants: new Set(lines.flatMap(tenantsOf)),
  };
  const kinds = Object.keys(RULES) as AboutAction[];
  const excused = of('resent').length > 0 ? EXCUSED_IF_RESENT : [];
  return kinds.filter((what) => !excused.includes(what) && RULES[what](life, causes));
}

function tenantsOf(line: Line): string[] {
  if (!('tenant' in line)) return [];
  return 'of' in line && line.of !== undefined ? [line.tenant, line.of] : [line.tenant];
}

/** Returns true if a line is repeated without a disturbance that explains it. */
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

/** Finds awaited results that belong to another tenant. */
function misroutedResults(lines: readonly Line[]): Finding[] {
  return lines.flatMap((line): Finding[] =>
    line.event === 'answered' && line.result !== line.tenant
      ? [{ what: 'misrouted', id: line.tenant, lines: [line] }]
      : [],
  );
}
