import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { parseRun, parseStored, type RunFacts } from '../header.ts';
import { codeAmong } from '../unreadable.ts';
import type { Keyspace } from '../keyspace.ts';

const { WAITING, DELAYED, ACTIVE, ENDED, UNKNOWN } = CODES.places;
const ENDINGS = Object.values(CODES.endings);
/** States of an action that the domain stores. */
const PLACES = [WAITING, DELAYED, ACTIVE, CODES.endings.DEAD] as const;

/** State of an action. An ended action is known only for the time that it asked for (`retainMs`). */
export interface Inspection {
  readonly state: (typeof PLACES | typeof ENDINGS)[number];
  /** Time at which it is due, its lease ends, or it died (Unix ms). */
  readonly atMs?: number;
  readonly tenantId: string;
  readonly run?: RunFacts;
  readonly envelope?: string;
  /** JSON of its result or error, or `stalled <n>`. */
  readonly note: string;
}

/** Returns the call that reads one action. */
export function inspectCall(keyspace: Keyspace, actionId: string): ScriptCall {
  return keyspace.call('inspect', [actionId]);
}

/** Returns undefined for an action that the domain does not know. */
export function readInspection(reply: unknown): Inspection | undefined {
  const [state = '', at = '', run = '', stored = '', note = ''] = reply as string[];
  if (state === UNKNOWN) return undefined;
  if (state === ENDED) {
    const end = note.indexOf('\n');
    const [how, tenantId = ''] = note.slice(0, end).split(' ');
    return { state: codeAmong(ENDINGS, how, 'inspect'), tenantId, note: note.slice(end + 1) };
  }
  const { tenantId, envelope } = parseStored(stored);
  return {
    state: codeAmong(PLACES, state, 'inspect'),
    tenantId,
    ...(at !== '' && { atMs: Number(at) }),
    ...(run !== '' && { run: parseRun(run) }),
    envelope,
    note,
  };
}
