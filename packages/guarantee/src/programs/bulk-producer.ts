// Keeps thousands of actions in flight, and cuts its connections before it has read the replies of executed calls.
import { isNoobleError } from '@nooble/errors';
import type { DomainAction, Tier } from '@nooble/models';
import { DomainQueueManager, type EnqueueResult } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { CALLER_DOMAIN, work } from '../load/actions.ts';
import { BULK_SHARES, type BulkTenant } from '../load/bulk-tenants.ts';
import { stopReading, untilEnded } from '../load/cut-connections.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { INSTANT_WORK } from '../load/random-work.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';

const { redis, prefix, journal: folder, bulk } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();
const unlimited = { perMinute: null, perDay: null, maxDepth: null };
const tiers = {
  enterprise: unlimited,
  professional: { ...unlimited, perMinute: bulk.limits.perMinute },
  free: { ...unlimited, perDay: bulk.limits.perDay },
} satisfies Partial<Record<Tier, object>>;
const queues = new DomainQueueManager({ redis, prefix, tiers });
/** Its connections are never cut. */
const observer = new DomainQueueManager({ redis, prefix });

/** One in this number of the actions of a round is sent by a separate call. */
const ONE_IN = 4;
/** Actions before the first cut, which open the connections, and after the last, when every limit is used up. */
const FEW = 64;
const CUT_ROUNDS = 2;

function make(count: number): DomainAction[] {
  return Array.from({ length: count }, (_, at) => {
    const { tenantId, tenantTier } = BULK_SHARES[at % BULK_SHARES.length] as BulkTenant;
    const callbackQueue = `${CALLER_DOMAIN}:${tenantId}:${tenantTier}`;
    return work.create({ tenantId, tenantTier, callbackQueue, data: INSTANT_WORK.data });
  });
}

/** Sends all without waiting for replies: most in one call, the others one per turn of the event loop. */
async function send(actions: readonly DomainAction[]): Promise<void> {
  for (const { actionId: id, tenantId: tenant } of actions) {
    journal.write({ event: 'sent', id, tenant, ends: 'done' });
  }
  const single = Math.floor(actions.length / ONE_IN);
  const bulkCall = queues.enqueueMany(actions.slice(single)).then((outcomes) => {
    outcomes.forEach((outcome, at) => record(actions[single + at], outcome));
  });
  const others: Promise<void>[] = [];
  for (const action of actions.slice(0, single)) {
    others.push(sendSingle(action));
    await new Promise((resolve) => void setImmediate(resolve));
  }
  await Promise.all([bulkCall, ...others]);
}

async function sendSingle(action: DomainAction): Promise<void> {
  try {
    record(action, await queues.enqueue(action));
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    record(action, { status: 'rejected', actionId: action.actionId, error });
  }
}

/** Records a duplicate as a refusal, because this producer itself sends nothing twice. */
function record(action: DomainAction | undefined, outcome: EnqueueResult): void {
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
