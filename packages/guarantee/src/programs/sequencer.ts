// Sends the actions of several sequences, each in order, until it is killed.
import { DomainQueueManager } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { CALLER_DOMAIN, work } from '../load/actions.ts';
import { readProgramOptions, tiersWith, UNLIMITED } from '../load/program-options.ts';
import { randomWork } from '../load/random-work.ts';
import { sendUntilAccepted } from '../load/send-until-accepted.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, seed, leaseMs, ...options } = readProgramOptions();
const { restMs, takes, faultyHandlers } = options;
const random = seededRandom(seed);
const journal = new Journal(folder);
exitWithParent();
const queues = new DomainQueueManager({ redis, prefix, tiers: tiersWith(UNLIMITED) });

const TENANTS = ['tenant-0', 'tenant-1'];
/** Sequences per tenant; their names are the same for all tenants. */
const SEQUENCES = ['one', 'two', 'session'];
const tenantTier = 'enterprise';

/** Sends the next action only after the last one was accepted, so that the order of admission is known. */
async function follow(tenantId: string, name: string): Promise<void> {
  // A process does not continue the sequences of the one that it replaces, whose last action may have been accepted.
  const own = `${name}-${process.pid}`;
  const sequence = name === 'session' ? { sequence: 'session', sessionId: own } : { sequence: own };
  const callbackQueue = `${CALLER_DOMAIN}:${tenantId}:${tenantTier}`;
  for (;;) {
    const { data, timeout } = randomWork(random, { takes, leaseMs, faultyHandlers });
    const fields = { tenantId, tenantTier, callbackQueue, ...sequence, ...timeout } as const;
    const action = work.create({ ...fields, data });
    await sendUntilAccepted({ queues, journal, restMs }, action, `${tenantId} ${own}`);
    await new Promise((resolve) => void setTimeout(resolve, restMs));
  }
}

await Promise.all(TENANTS.flatMap((tenant) => SEQUENCES.map(async (name) => follow(tenant, name))));
