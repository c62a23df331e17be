import type { DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { ActionRef } from '../admission/receipt.ts';
import { assertRef } from '../admission/ref-check.ts';
import type { CallId, CallRings } from '../protocol/call-ring.ts';
import { ask, askOnce } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { cancelCall, readCancelled, type CancelResult } from '../protocol/operations/cancel.ts';
import { inspectCall, readInspection } from '../protocol/operations/inspect.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { snapshotOf, type ActionSnapshot } from './snapshot.ts';

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
}

/**
 * Returns the state of an action; undefined if its domain does not know it, or no longer does, or it belongs to another
 * tenant.
 */
export async function findAction(
  { redis, partitions }: Omit<Parts, 'rings'>,
  ref: ActionRef,
): Promise<ActionSnapshot | undefined> {
  const { domain, actionId, tenantId } = ref;
  const attempted = `look at action "${actionId}"`;
  const keyspaces = await keyspacesOf(partitions, ref);
  const found = await Promise.all(
    keyspaces.map(async (each) =>
      readInspection(await ask(redis, inspectCall(each, actionId), attempted)),
    ),
  );
  const own = found.find((each) => each && (tenantId ?? each.tenantId) === each.tenantId);
  return own && snapshotOf({ domain, actionId }, own);
}

/** Cancels an action that has not started. An action of another tenant is `unknown`. */
export async function cancelAction(
  { redis, partitions, rings }: Parts,
  ref: ActionRef,
): Promise<CancelResult> {
  const { actionId, tenantId } = ref;
  const attempted = `cancel action "${actionId}"`;
  const keyspaces = await keyspacesOf(partitions, ref);
  const results = await Promise.all(
    keyspaces.map(async (each) => {
      const callOf = (id: CallId) => cancelCall(each, { id, tenantId, actionIds: [actionId] });
      return readCancelled(await askOnce(redis, { ring: rings.of(each), callOf, attempted }));
    }),
  );
  return results.flat().find((result) => result !== 'unknown') ?? 'unknown';
}

/** An action sees only the actions of its tenant, unless the reference names another tenant. Throws for a wrong reference. */
export function ownRef(ref: ActionRef, actsFor: DomainAction | undefined): ActionRef {
  assertRef(ref);
  const { tenantId = actsFor?.tenantId } = ref;
  return tenantId === undefined ? ref : { ...ref, tenantId };
}

/** Returns the keyspaces that may contain an action: the partition of its tenant, or all of them. */
export async function keyspacesOf(
  partitions: Partitions,
  ref: ActionRef,
): Promise<readonly Keyspace[]> {
  assertRef(ref);
  const { domain, tenantId } = ref;
  const keyspaces = await partitions.lookAgain(domain);
  return tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
}
