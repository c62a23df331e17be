import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';
import type { Share } from './claim.ts';

/** The lease under which a journal is read and written. */
export interface JournalLease {
  readonly actionId: string;
  readonly token: string;
}

/** Entries to write: a name stands for something, and `=name` is what it resolved to. */
export type JournalFields = Readonly<Record<string, string>>;

/** Fields that a handler writes, and the names of which it waits for any; none if it continues. */
export interface RecordArguments extends JournalLease {
  readonly share: Share;
  readonly fields: JournalFields;
  readonly awaited: readonly string[];
}

const { NOT_OURS, WRITTEN, WAITING_NOW, ANSWERED_ALREADY, FULL_JOURNAL, RESUMED, REQUEUED } =
  CODES.journal;
const { NO_ACTION, STORED, STORED_BEFORE, TOO_LARGE, TOO_MANY } = CODES.answering;

/** Returns the call that reads a journal. */
export function recallCall(keyspace: Keyspace, { actionId, token }: JournalLease): ScriptCall {
  return keyspace.call('recall', [actionId, token]);
}

/** Returns the fields of a journal; undefined if the lease was lost. */
export function readRecalled(reply: unknown): Map<string, string> | undefined {
  const [code, ...cells] = reply as [unknown, ...string[]];
  if (codeAmong([NOT_OURS, WRITTEN], code, 'recall') === NOT_OURS) return undefined;
  const fields = new Map<string, string>();
  for (let at = 0; at < cells.length; at += 2) fields.set(cells[at] ?? '', cells[at + 1] ?? '');
  return fields;
}

export function recordCall(
  keyspace: Keyspace,
  { actionId, token, share, fields, awaited }: RecordArguments,
): ScriptCall {
  const cells = Object.entries(fields).flat();
  return keyspace.call('record', [actionId, token, share, awaited.length, ...awaited, ...cells]);
}

/** `written`; `waiting`, without a slot; `answered`: one of the names has its answer; `full`, with the size it would have; or `lost`. */
export type Recorded =
  | { readonly status: 'written' | 'waiting' | 'answered' | 'lost' }
  | { readonly status: 'full'; readonly names: number; readonly bytes: number };

export function readRecorded(reply: unknown): Recorded {
  const [given, names = 0, bytes = 0] = reply as [unknown, number?, number?];
  const codes = [NOT_OURS, WRITTEN, WAITING_NOW, ANSWERED_ALREADY, FULL_JOURNAL] as const;
  const code = codeAmong(codes, given, 'record');
  if (code === FULL_JOURNAL) return { status: 'full', names, bytes };
  if (code === WAITING_NOW) return { status: 'waiting' };
  if (code === ANSWERED_ALREADY) return { status: 'answered' };
  return { status: code === WRITTEN ? 'written' : 'lost' };
}

/** Rules of the domain, and the names that the handler waits for. */
export interface ResumeArguments {
  readonly maxStalls: number;
  readonly share: Share;
  readonly names: readonly string[];
}

/** Returns the call by which a handler that waited goes on. */
export function resumeCall(
  keyspace: Keyspace,
  { actionId, token }: JournalLease,
  { maxStalls, share, names }: ResumeArguments,
): ScriptCall {
  return keyspace.call('resume', [actionId, token, maxStalls, share, ...names]);
}

/** `resumed` with the answers that have come, by name; `requeued`: its tenant is at its cap; or `lost`. */
export interface Resumed {
  readonly status: 'resumed' | 'requeued' | 'lost';
  readonly answers: ReadonlyMap<string, string>;
}

export function readResumed(reply: unknown, names: readonly string[]): Resumed {
  const [given, ...texts] = reply as [unknown, ...string[]];
  const code = codeAmong([NOT_OURS, RESUMED, REQUEUED], given, 'resume');
  if (code !== RESUMED)
    return { status: code === REQUEUED ? 'requeued' : 'lost', answers: new Map() };
  const found = names.flatMap((name, at) => (texts[at] ? [[name, texts[at]] as const] : []));
  return { status: 'resumed', answers: new Map(found) };
}

/** An answer for an action of one tenant; '' for any tenant. */
export interface AnswerRow {
  readonly tenantId: string;
  readonly actionId: string;
  readonly name: string;
  readonly text: string;
}

export function answerCall(keyspace: Keyspace, rows: readonly AnswerRow[]): ScriptCall {
  const cells = rows.flatMap(({ tenantId, actionId, name, text }) => [
    tenantId,
    actionId,
    name,
    text,
  ]);
  return keyspace.call('answer', cells);
}

/** `stored`; `before`: an earlier answer counts; `unknown`: no such action of the tenant; `large`, `many`: more bytes, or names, than its journal holds. */
export type Answered = 'stored' | 'before' | 'unknown' | 'large' | 'many';

const ANSWERED = new Map<number, Answered>([
  [STORED, 'stored'],
  [STORED_BEFORE, 'before'],
  [NO_ACTION, 'unknown'],
  [TOO_LARGE, 'large'],
  [TOO_MANY, 'many'],
]);

/** Returns one result per row. */
export function readAnswered(reply: unknown): Answered[] {
  return (reply as unknown[]).map((code) => {
    const known = codeAmong([...ANSWERED.keys()], code, 'answer');
    return ANSWERED.get(known) ?? 'unknown';
  });
}
