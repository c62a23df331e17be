// Sends actions until it is killed, or has sent what it was told to.
import { isNoobleError } from '@nooble/errors';
import { TIERS, type Tier } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { ATTEMPTS, CALLER_DOMAIN, work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { noteMemory } from './memory.ts';
import { seededRandom } from '../random.ts';
import { inventWork } from './invent-work.ts';
import { readOrders, UNLIMITED, type AskedLimits, type Share } from './orders.ts';
import { endWithParent } from './parent.ts';

const { redis: url, prefix, journal: folder, seed, leaseMs, ...orders } = readOrders();
const { restMs, takes, mischief, shares = [{}] } = orders;
const random = seededRandom(seed);
const journal = new Journal(folder);
endWithParent();
noteMemory(journal, 'producer');
const redis = new RedisPool({ url });

/** Sent a few at a time, so that queues fill without bound only when nobody works. */
const AT_A_TIME = 8;

function queuesWith(limits: AskedLimits): DomainQueueManager {
  const asked = { ...limits, maxDepth: null };
  const tiers = Object.fromEntries(TIERS.map((tier) => [tier, asked]));
  return new DomainQueueManager({ redis, prefix, tiers });
}

async function send(queues: DomainQueueManager, tenant: string | undefined): Promise<void> {
  const tenantId = tenant ?? `tenant-${random.below(5)}`;
  const tenantTier: Tier = tenant === undefined ? random.pick(TIERS) : 'free';
  const { data, timeout } = inventWork(random, { takes, leaseMs, mischief });
  const callbackQueue = `${CALLER_DOMAIN}:${tenantId}:${tenantTier}`;
  const action = work.create({ tenantId, tenantTier, data, callbackQueue, ...timeout });
  const entry = { id: action.actionId, tenant: tenantId };
  const ends = data.failures < ATTEMPTS && data.mischief !== 'rubbish' ? 'done' : 'dead';
  journal.write({ event: 'sent', ...entry, ends });
  for (;;) {
    try {
      await queues.enqueue(action);
      return journal.write({ event: 'accepted', ...entry });
    } catch (error) {
      if (!isNoobleError(error)) throw error;
      if (error.code !== 'REDIS_UNAVAILABLE') {
        return journal.write({ event: 'refused', ...entry, code: error.code });
      }
      await new Promise((resolve) => void setTimeout(resolve, restMs));
      journal.write({ event: 'resent', id: entry.id });
    }
  }
}

async function sendShare({ tenant, limits = UNLIMITED, actions }: Partial<Share>): Promise<void> {
  const queues = queuesWith(limits);
  for (let sent = 0; sent < (actions ?? Number.POSITIVE_INFINITY); sent += AT_A_TIME) {
    await Promise.all(Array.from({ length: AT_A_TIME }, async () => send(queues, tenant)));
    if (actions === undefined) await new Promise((resolve) => void setTimeout(resolve, restMs));
  }
  await queues.close();
}

await Promise.all(shares.map(sendShare));
await redis.close();
