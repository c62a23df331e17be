import { setTimeout as wait } from 'node:timers/promises';
import { ask, askOnce } from '../protocol/calling.ts';
import type { CallId } from '../protocol/call-ring.ts';
import { cancelCall } from '../protocol/operations/cancel.ts';
import { deadMoveCall } from '../protocol/operations/dead-move.ts';
import { forgetCall, readForgotten } from '../protocol/operations/forget.ts';
import type { ListedState } from '../protocol/operations/tenant-list.ts';
import { setPaused } from '../inspection/pausing.ts';
import { listSchedules, removeSchedule } from '../scheduling/stored-schedules.ts';
import { listedActions, type TenantPlace } from './actions-of.ts';
import type { TenancyParts } from './parts.ts';

/** Interval at which running actions are looked at again (ms). */
const LOOK_MS = 50;

/** Refuses new actions of the tenant, and removes its schedules. Returns their number. */
export async function closeDomain(parts: TenancyParts, place: TenantPlace): Promise<number> {
  await setPaused(parts, place, { verb: 'pause', admission: true });
  const schedules = await listSchedules(parts, place.domain, place.tenantId);
  for (const schedule of schedules) await removeSchedule(parts, schedule);
  return schedules.length;
}

/** Cancels the actions of a tenant; those that run end later. Adds their ids to `cancelled`. */
export async function cancelListed(
  parts: TenancyParts,
  place: TenantPlace,
  cancelled: Set<string>,
): Promise<void> {
  for (const state of ['delayed', 'waiting', 'active'] as const) {
    for await (const page of listedActions(parts, place, state)) {
      const ids = page.map(({ actionId }) => actionId);
      await cancelMany(parts, place, ids);
      for (const id of ids) cancelled.add(id);
    }
  }
}

/** Cancels up to 500 actions. */
export async function cancelMany(
  parts: TenancyParts,
  { domain, tenantId }: TenantPlace,
  actionIds: readonly string[],
): Promise<void> {
  const keyspace = (await parts.partitions.of(domain)).of(tenantId);
  await askOnce(parts.redis, {
    ring: parts.rings.of(keyspace),
    callOf: (id: CallId) => cancelCall(keyspace, { id, tenantId, actionIds }),
    attempted: `cancel the actions of tenant "${tenantId}" in ${keyspace.title}`,
  });
}

/** Waits until no action of the tenant runs, or the deadline (by `performance.now()`) has passed. */
export async function untilIdle(
  parts: TenancyParts,
  place: TenantPlace,
  deadline: number,
): Promise<void> {
  while ((await hasAny(parts, place, 'active')) && performance.now() < deadline)
    await wait(LOOK_MS);
}

/** Deletes the dead letters of the tenant. Returns their number. */
export async function discardLetters(parts: TenancyParts, place: TenantPlace): Promise<number> {
  const { domain, tenantId } = place;
  const keyspace = (await parts.partitions.of(domain)).of(tenantId);
  let discarded = 0;
  for await (const page of listedActions(parts, place, 'dead')) {
    const actionIds = page.map(({ actionId }) => actionId);
    const answer = await askOnce(parts.redis, {
      ring: parts.rings.of(keyspace),
      callOf: (id: CallId) => deadMoveCall(keyspace, { id, verb: 'discard', actionIds }),
      attempted: `discard the dead letters of tenant "${tenantId}" in ${keyspace.title}`,
    });
    discarded += Number(answer);
  }
  return discarded;
}

/** Removes what the domain knows of a tenant, and its pause. Returns false if it still has actions; it then stays paused. */
export async function forgetTenant(
  parts: TenancyParts,
  { domain, tenantId }: TenantPlace,
): Promise<boolean> {
  const keyspace = (await parts.partitions.of(domain)).of(tenantId);
  const attempted = `forget tenant "${tenantId}" in ${keyspace.title}`;
  return readForgotten(await ask(parts.redis, forgetCall(keyspace, tenantId), attempted));
}

async function hasAny(
  parts: TenancyParts,
  place: TenantPlace,
  state: ListedState,
): Promise<boolean> {
  for await (const page of listedActions(parts, place, state)) if (page.length > 0) return true;
  return false;
}
