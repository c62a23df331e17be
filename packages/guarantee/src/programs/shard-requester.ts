// Sends requests through an inbox on a shard that goes away, and through another; exits when every request has settled.
import { isNoobleError } from '@nooble/errors';
import { ActionClient, DomainQueueManager, type RequestQueues } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { work } from '../load/actions.ts';
import { readProgramOptions, UNLIMITED } from '../load/program-options.ts';
import { INSTANT_WORK } from '../load/random-work.ts';
import { REQUEST_TENANTS, REQUESTS_EACH } from '../load/shard-requests.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { findKeys } from '../target/run-keys.ts';

const { redis, prefix, journal: folder, restMs, slots = [] } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();
const tiers = { free: { ...UNLIMITED, maxDepth: null } };
const queues = new DomainQueueManager({ redis, prefix, tiers });

async function request(client: ActionClient, tenantId: string): Promise<void> {
  const started = performance.now();
  try {
    const input = { tenantId, tenantTier: 'free', data: INSTANT_WORK.data } as const;
    const { tenant } = await client.request(work, input);
    const ms = Math.round(performance.now() - started);
    journal.write({ event: 'answered', tenant: tenantId, result: tenant, ms });
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    journal.write({ event: 'unanswered', tenant: tenantId, code: error.code });
  }
}

/** Returns true for an inbox on the shard. Its key exists once a first reply has been written. */
async function isOnShard(inbox: string): Promise<boolean> {
  const [key = ''] = await findKeys(redis, prefix, inbox.slice('inbox:'.length));
  const slot = Number(await queues.redis.command().call('CLUSTER', 'KEYSLOT', key));
  return slots.some(([low, high]) => low <= slot && slot <= high);
}

/** Opens clients until one has its inbox on the shard, or on another one. */
async function openClient(wanted: { onShard: boolean }): Promise<ActionClient> {
  for (;;) {
    let inbox = '';
    const recording: RequestQueues = {
      redis: queues.redis,
      prefix,
      closed: queues.closed,
      cancel: async (ref) => queues.cancel(ref),
      async enqueue(action, options) {
        inbox = action.replyTo ?? '';
        return queues.enqueue(action, options);
      },
    };
    const client = new ActionClient({ queues: recording });
    await request(client, REQUEST_TENANTS.first);
    if ((await isOnShard(inbox)) === wanted.onShard) return client;
    await client.close();
  }
}

const [away, near] = [await openClient({ onShard: true }), await openClient({ onShard: false })];
const requests: Promise<void>[] = [];
for (let count = 0; count < REQUESTS_EACH; count += 1) {
  requests.push(request(away, REQUEST_TENANTS.away), request(near, REQUEST_TENANTS.near));
  await new Promise((resolve) => void setTimeout(resolve, restMs));
}
await Promise.all(requests);
await queues.close();
