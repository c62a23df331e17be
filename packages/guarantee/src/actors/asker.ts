// Asks and waits for the answer, again and again, until it is killed.
import { isNoobleError } from '@nooble/errors';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { noteMemory } from './memory.ts';
import { seededRandom } from '../random.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';

const { redis, prefix, journal: folder, seed, restMs } = readOrders();
const random = seededRandom(seed);
const journal = new Journal(folder);
endWithParent();
noteMemory(journal, 'asker');
const queues = new DomainQueueManager({ redis, prefix });
const client = new ActionClient({ queues });

/** A caller has to live with this much waiting (ms); then it asks again. */
const TIMEOUT_MS = 2_000;

for (;;) {
  const tenantId = `tenant-${random.below(5)}`;
  const data = { takesMs: 1, failures: 0, mischief: 'none' } as const;
  try {
    const input = { tenantId, tenantTier: 'enterprise', data } as const;
    const { tenant } = await client.request(work, input, { timeoutMs: TIMEOUT_MS });
    journal.write({ event: 'answered', tenant: tenantId, result: tenant });
  } catch (error) {
    if (!isNoobleError(error)) throw error;
  }
  await new Promise((resolve) => void setTimeout(resolve, 10 * restMs));
}
