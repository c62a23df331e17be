// Sends actions until it is killed, or has sent all its shares.
import { TIERS, type Tier } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { Journal } from '../journal/journal.ts';
import { recordMemory } from '../journal/record-memory.ts';
import { CALLER_DOMAIN, work } from '../load/actions.ts';
import {
  readProgramOptions,
  tiersWith,
  UNLIMITED,
  type AdmissionLimits,
  type Share,
} from '../load/program-options.ts';
import { randomWork } from '../load/random-work.ts';
import { sendUntilAccepted } from '../load/send-until-accepted.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis: url, prefix, journal: folder, seed, leaseMs, ...options } = readProgramOptions();
const { restMs, takes, faultyHandlers, shares = [{}] } = options;
const random = seededRandom(seed);
const journal = new Journal(folder);
exitWithParent();
recordMemory(journal, 'producer');
const redis = new RedisPool({ url });

/** Calls in flight per share, so that queues grow without bound only while no worker runs. */
const IN_FLIGHT = 8;

async function send(queues: DomainQueueManager, tenant: string | undefined): Promise<void> {
  const tenantId = tenant ?? `tenant-${random.below(5)}`;
  const tenantTier: Tier = tenant === undefined ? random.pick(TIERS) : 'free';
  const { data, timeout } = randomWork(random, { takes, leaseMs, faultyHandlers });
  const callbackQueue = `${CALLER_DOMAIN}:${tenantId}:${tenantTier}`;
  const action = work.create({ tenantId, tenantTier, data, callbackQueue, ...timeout });
  return sendUntilAccepted({ queues, journal, restMs }, action);
}

async function sendShare({ tenant, limits = [UNLIMITED], actions }: Partial<Share>): Promise<void> {
  for (const each of limits) await sendUnder(each, tenant, actions);
}

/** Sends a number of actions, or actions without end. */
async function sendUnder(
  limits: AdmissionLimits,
  tenant: string | undefined,
  actions: number | undefined,
): Promise<void> {
  const queues = new DomainQueueManager({ redis, prefix, tiers: tiersWith(limits) });
  for (let sent = 0; sent < (actions ?? Number.POSITIVE_INFINITY); sent += IN_FLIGHT) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, async () => send(queues, tenant)));
    if (actions === undefined) await new Promise((resolve) => void setTimeout(resolve, restMs));
  }
  await queues.close();
}

await Promise.all(shares.map(sendShare));
await redis.close();
