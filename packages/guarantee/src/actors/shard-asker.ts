// Asks through an inbox on a shard that goes away, and through another, and ends when every call has settled.
import { isNoobleError } from '@nooble/errors';
import { ActionClient, DomainQueueManager, type RequestQueues } from '@nooble/queue';
import { work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { findKeys } from '../leftovers.ts';
import { ASKERS, ASKS } from './askers.ts';
import { INSTANT_WORK } from './invent-work.ts';
import { readOrders, UNLIMITED } from './orders.ts';
import { endWithParent } from './parent.ts';

const { redis, prefix, journal: folder, restMs, slots = [] } = readOrders();
const journal = new Journal(folder);
endWithParent();
const tiers = { free: { ...UNLIMITED, maxDepth: null } };
const queues = new DomainQueueManager({ redis, prefix, tiers });

async function ask(client: ActionClient, tenantId: string): Promise<void> {
  const begun = performance.now();
  try {
    const input = { tenantId, tenantTier: 'free', data: INSTANT_WORK.data } as const;
    const { tenant } = await client.request(work, input);
    const ms = Math.round(performance.now() - begun);
    journal.write({ event: 'answered', tenant: tenantId, result: tenant, ms });
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    journal.write({ event: 'unanswered', tenant: tenantId, code: error.code });
  }
}

/** Where an inbox is shows only its key, which is there once a first reply has come. */
async function isOnShard(inbox: string): Promise<boolean> {
  const [key = ''] = await findKeys(redis, prefix, inbox.slice('inbox:'.length));
  const slot = Number(await queues.redis.command().call('CLUSTER', 'KEYSLOT', key));
  return slots.some(([low, high]) => low <= slot && slot <= high);
}

/** A client that has its inbox on the shard, or not. */
async function openClient(wanted: { onShard: boolean }): Promise<ActionClient> {
  for (;;) {
    let inbox = '';
    const noting: RequestQueues = {
      redis: queues.redis,
      prefix,
      closed: queues.closed,
      cancel: async (ref) => queues.cancel(ref),
      async enqueue(action, options) {
        inbox = action.replyTo ?? '';
        return queues.enqueue(action, options);
      },
    };
    const client = new ActionClient({ queues: noting });
    await ask(client, ASKERS.first);
    if ((await isOnShard(inbox)) === wanted.onShard) return client;
    await client.close();
  }
}

const [away, near] = [await openClient({ onShard: true }), await openClient({ onShard: false })];
const calls: Promise<void>[] = [];
for (let count = 0; count < ASKS; count += 1) {
  calls.push(ask(away, ASKERS.away), ask(near, ASKERS.near));
  await new Promise((resolve) => void setTimeout(resolve, restMs));
}
await Promise.all(calls);
await queues.close();
