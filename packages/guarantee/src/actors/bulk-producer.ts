// Keeps thousands of actions in flight, and cuts its connections while Redis has executed calls it has not heard of.
import { isNoobleError } from '@nooble/errors';
import type { DomainAction, Tier } from '@nooble/models';
import { DomainQueueManager, type EnqueueResult } from '@nooble/queue';
import { CALLER_DOMAIN, work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { BULK_SHARES, type BulkTenant } from './bulk-tenants.ts';
import { stopReading, untilEnded } from './cut-connections.ts';
import { INSTANT_WORK } from './invent-work.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';

const { redis, prefix, journal: folder, bulk } = readOrders();
const journal = new Journal(folder);
endWithParent();
const unlimited = { perMinute: null, perDay: null, maxDepth: null };
const tiers = {
  enterprise: unlimited,
  professional: { ...unlimited, perMinute: bulk.limits.perMinute },
  free: { ...unlimited, perDay: bulk.limits.perDay },
} satisfies Partial<Record<Tier, object>>;
const queues = new DomainQueueManager({ redis, prefix, tiers });
/** Its connections are never cut. */
const observer = new DomainQueueManager({ redis, prefix });

/** Of those of a round that are sent one by one. */
const ONE_IN = 4;
/** The first connects and the last finds every limit used up; neither is disturbed. */
const FEW = 64;
const CUT_ROUNDS = 2;

function make(count: number): DomainAction[] {
  return Array.from({ length: count }, (_, at) => {
    const { tenantId, tenantTier } = BULK_SHARES[at % BULK_SHARES.length] as BulkTenant;
    const callbackQueue = `${CALLER_DOMAIN}:${tenantId}:${tenantTier}`;
    return work.create({ tenantId, tenantTier, callbackQueue, data: INSTANT_WORK.data });
  });
}

/** Sends all without waiting for any: most in one call, the others a turn of the event loop apart. */
async function send(actions: readonly DomainAction[]): Promise<void> {
  for (const { actionId: id, tenantId: tenant } of actions) {
    journal.write({ event: 'sent', id, tenant, ends: 'done' });
  }
  const alone = Math.floor(actions.length / ONE_IN);
  const together = queues.enqueueMany(actions.slice(alone)).then((outcomes) => {
    outcomes.forEach((outcome, at) => note(actions[alone + at], outcome));
  });
  const others: Promise<void>[] = [];
  for (const action of actions.slice(0, alone)) {
    others.push(sendAlone(action));
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await Promise.all([together, ...others]);
}

async function sendAlone(action: DomainAction): Promise<void> {
  try {
    note(action, await queues.enqueue(action));
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    note(action, { status: 'rejected', actionId: action.actionId, error });
  }
}

/** A duplicate is a refusal: nothing is sent twice by this producer itself. */
function note(action: DomainAction | undefined, outcome: EnqueueResult): void {
  const { actionId: id = '', tenantId: tenant = '' } = action ?? {};
  if (outcome.status === 'accepted') return journal.write({ event: 'accepted', id, tenant });
  const code = outcome.status === 'rejected' ? outcome.error.code : 'DUPLICATE';
  journal.write({ event: 'refused', id, tenant, code });
}

await send(make(FEW));
for (let round = 0; round < CUT_ROUNDS; round += 1) {
  const cut = stopReading(queues.redis);
  const sending = send(make(bulk.actions));
  await untilEnded(observer);
  journal.write({ event: 'cut' });
  cut();
  await sending;
}
await send(make(FEW));
await Promise.all([queues.close(), observer.close()]);
