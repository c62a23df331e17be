import type { RedisPool } from '@nooble/redis';
import type { ActionRef } from '../admission/receipt.ts';
import { CODES } from '../generated/codes.ts';
import { ask } from '../protocol/calling.ts';
import { explainCall, readFacts } from '../protocol/operations/explain.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { explanationOf, type Explanation } from './explanation.ts';
import { keyspacesOf } from './stored-actions.ts';

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

/** Explains where an action is, from the keyspace that knows it. */
export async function explainAction(
  { redis, partitions }: Parts,
  ref: ActionRef,
): Promise<Explanation> {
  const attempted = `explain action "${ref.actionId}"`;
  const keyspaces = await keyspacesOf(partitions, ref);
  const all = await Promise.all(
    keyspaces.map(async (each) => readFacts(await ask(redis, explainCall(each, ref), attempted))),
  );
  const known = all.find(({ state }) => state !== CODES.places.UNKNOWN);
  return explanationOf(ref, known ?? UNKNOWN);
}

const UNKNOWN = readFacts(['state', CODES.places.UNKNOWN]);
