// Requests trees, and aborts some of its requests, until it is killed. Every tree expires.
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { newId } from '@nooble/models';
import { Journal } from '../journal/journal.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { TREE_LEVELS, TREE_TENANT } from '../load/tree-actions.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, seed } = readProgramOptions();
const random = seededRandom(seed);
const journal = new Journal(folder);
exitWithParent();
const client = new ActionClient({ queues: new DomainQueueManager({ redis, prefix }) });

/** Time until a tree expires, and until its caller may give it up (ms). */
const EXPIRES_MS = 1_500;
const GIVES_UP_MS = { least: 200, spread: 600 };

for (;;) {
  const tree = newId();
  const stop = new AbortController();
  const { signal } = stop;
  journal.write({ event: 'stopping', tree, due: Date.now() + EXPIRES_MS });
  const input = { ...TREE_TENANT, data: { tree } };
  const request = client.request(TREE_LEVELS[0], input, { signal, timeoutMs: EXPIRES_MS });
  const ended = request.catch(() => undefined);
  if (random.below(2) === 0) {
    const ms = GIVES_UP_MS.least + random.below(GIVES_UP_MS.spread);
    await new Promise((resolve) => void setTimeout(resolve, ms));
    journal.write({ event: 'stopping', tree, due: Date.now() });
    stop.abort();
  }
  await ended;
}
