import {
  InvalidActionError,
  PayloadTooLargeError,
  quoted,
  ScheduleLimitError,
} from '@nooble/errors';
import { isoOf } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { CallRings } from '../protocol/call-ring.ts';
import { ask, askOnce } from '../protocol/calling.ts';
import { batchesOf } from '../protocol/chunks.ts';
import { Keyspace } from '../protocol/keyspace.ts';
import { readPut, schedulePutCall } from '../protocol/operations/schedule-put.ts';
import { readRemoved, scheduleRemoveCall } from '../protocol/operations/schedule-remove.ts';
import {
  readScheduleNames,
  readScheduleRecords,
  scheduleNamesCall,
  scheduleRecordsCall,
  type ScheduleRow,
} from '../protocol/operations/schedules.ts';
import { decodeSchedule, encodeSchedule, type ScheduleRecord } from './schedule-record.ts';
import type { Missed } from './slot-plan.ts';
import { slotTimesOf, type Timing } from './slot-times.ts';

/** Maximum number of schedules. */
const MOST = { mostPerTenant: 100, mostPerDomain: 10_000 };
/** Maximum size of the action that a schedule stores (bytes). */
const MOST_BYTES = 64 * 1024;
/** Number of schedules read per call. */
const PAGE = 100;

/** Reference to a schedule. Its name is unique for its tenant in its domain. */
export interface ScheduleRef {
  readonly domain: string;
  readonly tenantId: string;
  readonly name: string;
}

/** A stored schedule; also a reference to it. */
export interface Schedule extends ScheduleRef {
  readonly actionType: string;
  readonly timing: Timing;
  readonly missed: Missed;
  /** Its next slot, ISO 8601 UTC. */
  readonly nextAt: string;
}

/** Access to the keyspace of domains as a whole. */
export interface ScheduleParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly rings: CallRings;
}

/**
 * Stores a schedule. Its names must have been checked. Throws InvalidActionError for times that never come,
 * PayloadTooLargeError, ScheduleLimitError and RedisUnavailableError, after which it is safe to repeat.
 */
export async function putSchedule(
  { redis, prefix, rings }: ScheduleParts,
  ref: ScheduleRef,
  record: ScheduleRecord,
): Promise<Schedule> {
  const { domain, tenantId, name } = ref;
  const keyspace = new Keyspace(prefix, domain);
  const attempted = `store schedule "${name}" of ${keyspace.title}`;
  assertSize(name, record);
  const times = slotTimesOf(record.timing);
  const known = await ask(redis, scheduleNamesCall(keyspace, tenantId), attempted);
  const slotMs = times.after(readScheduleNames(known).nowMs);
  if (slotMs === undefined) throw neverComes(record.timing);
  const put = { tenantId, name, slotMs, record: encodeSchedule(record), ...MOST };
  const callOf = (id: Parameters<typeof schedulePutCall>[1]) => schedulePutCall(keyspace, id, put);
  const stored = readPut(await askOnce(redis, { ring: rings.of(keyspace), callOf, attempted }));
  if (stored === 'domain') throw new ScheduleLimitError({ domain, limit: MOST.mostPerDomain });
  if (stored === 'tenant') {
    throw new ScheduleLimitError({ domain, tenantId, limit: MOST.mostPerTenant });
  }
  return scheduleOf(ref, record, stored);
}

/** Removes a schedule. Returns true if there was one. */
export async function removeSchedule(
  { redis, prefix, rings }: ScheduleParts,
  { domain, tenantId, name }: ScheduleRef,
): Promise<boolean> {
  const keyspace = new Keyspace(prefix, domain);
  const reply = await askOnce(redis, {
    ring: rings.of(keyspace),
    callOf: (id) => scheduleRemoveCall(keyspace, id, { tenantId, name }),
    attempted: `remove schedule "${name}" of ${keyspace.title}`,
  });
  return readRemoved(reply);
}

/** Returns the schedules of a domain, or of one tenant in it, by their next slot. */
export async function listSchedules(
  { redis, prefix }: ScheduleParts,
  domain: string,
  tenantId?: string,
): Promise<Schedule[]> {
  const keyspace = new Keyspace(prefix, domain);
  const attempted = `list the schedules of ${keyspace.title}`;
  const { keys } = readScheduleNames(
    await ask(redis, scheduleNamesCall(keyspace, tenantId), attempted),
  );
  const found: Schedule[] = [];
  for (const page of batchesOf(keys, () => 0, { maxCount: PAGE })) {
    const reply = await ask(redis, scheduleRecordsCall(keyspace, page), attempted);
    found.push(...readScheduleRecords(reply).map((row) => readRow(domain, row)));
  }
  return found.sort((a, b) => (a.nextAt < b.nextAt ? -1 : 1));
}

function readRow(domain: string, { tenantId, name, slotMs, record }: ScheduleRow): Schedule {
  return scheduleOf({ domain, tenantId, name }, decodeSchedule(record), slotMs);
}

function scheduleOf(
  { domain, tenantId, name }: ScheduleRef,
  { actionType, timing, missed }: ScheduleRecord,
  slotMs: number,
): Schedule {
  return { domain, tenantId, name, actionType, timing, missed, nextAt: isoOf(slotMs) };
}

function assertSize(name: string, { envelope }: ScheduleRecord): void {
  const bytes = Buffer.byteLength(envelope);
  const facts = { what: `the action of schedule "${name}"`, bytes, limitBytes: MOST_BYTES };
  if (bytes > MOST_BYTES) throw new PayloadTooLargeError(facts);
}

function neverComes(timing: Timing): InvalidActionError {
  const reason = `a schedule at ${quoted('cron' in timing ? timing.cron : timing.everyMs)} never comes: correct its day and month`;
  return new InvalidActionError({ reason });
}
