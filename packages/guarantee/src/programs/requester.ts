// Sends requests and awaits their results, one at a time, until it is killed.
import { isNoobleError } from '@nooble/errors';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { recordMemory } from '../journal/record-memory.ts';
import { work } from '../load/actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, seed, restMs } = readProgramOptions();
const random = seededRandom(seed);
const journal = new Journal(folder);
exitWithParent();
recordMemory(journal, 'requester');
const queues = new DomainQueueManager({ redis, prefix });
const client = new ActionClient({ queues });

/** Timeout of a request (ms); the next one follows. */
const TIMEOUT_MS = 2_000;

for (;;) {
  const tenantId = `tenant-${random.below(5)}`;
  const data = { takesMs: 1, failures: 0, behaviour: 'normal' } as const;
  try {
    const input = { tenantId, tenantTier: 'enterprise', data } as const;
    const { tenant } = await client.request(work, input, { timeoutMs: TIMEOUT_MS });
    journal.write({ event: 'answered', tenant: tenantId, result: tenant });
  } catch (error) {
    if (!isNoobleError(error)) throw error;
  }
  await new Promise((resolve) => void setTimeout(resolve, 10 * restMs));
}
