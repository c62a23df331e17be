// Sends actions until it is killed, or has sent what it was told to.
import { isNoobleError } from '@nooble/errors';
import { TIERS, type Tier } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ATTEMPTS, CALLER_DOMAIN, work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { noteMemory } from './memory.ts';
import { seededRandom } from '../random.ts';
import { INSTANT_WORK, inventWork } from './invent-work.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';

const { redis, prefix, journal: folder, seed, leaseMs, ...orders } = readOrders();
const { actions, restMs, tenant, mischief, instant } = orders;
const random = seededRandom(seed);
const journal = new Journal(folder);
endWithParent();
noteMemory(journal, 'producer');
const limits = { ...orders.limits, maxDepth: null };
const tiers = Object.fromEntries(TIERS.map((tier) => [tier, limits]));
const queues = new DomainQueueManager({ redis, prefix, tiers });

/** Sent a few at a time, so that queues fill without bound only when nobody works. */
const AT_A_TIME = 8;

async function send(): Promise<void> {
  const tenantId = tenant ?? `tenant-${random.below(5)}`;
  const tenantTier: Tier = tenant === undefined ? random.pick(TIERS) : 'free';
  const { data, timeout } = instant ? INSTANT_WORK : inventWork(random, { leaseMs, mischief });
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

const end = actions === 0 ? Number.POSITIVE_INFINITY : actions;
for (let sent = 0; sent < end; sent += AT_A_TIME) {
  await Promise.all(Array.from({ length: AT_A_TIME }, send));
  if (actions === 0) await new Promise((resolve) => void setTimeout(resolve, restMs));
}
await queues.close();
