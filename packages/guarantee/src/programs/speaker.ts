// Handles speeches until it is killed. Some attempts fail halfway.
import { setTimeout as wait } from 'node:timers/promises';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { Journal } from '../journal/journal.ts';
import { recordStalls } from '../journal/record-stalls.ts';
import { speech } from '../load/speech-actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency, seed } = readProgramOptions();
const journal = new Journal(folder);
const random = seededRandom(seed);
exitWithParent();
recordStalls(journal);

/** Chunks between two pauses, and the longest pause (ms). */
const BURST = 50;
const PAUSE_MS = 200;
/** One attempt in this number fails, at a random chunk. */
const FAILS = 6;

/** Lease token of each action that is about to start; handlers do not receive it. */
const tokens = new Map<string, number>();

const processor = new ActionProcessor().register(speech, async (action, { emit, signal }) => {
  const token = tokens.get(action.actionId) ?? 0;
  const { chunks } = action.data;
  const fails = random.below(FAILS) === 0 ? 1 + random.below(chunks) : 0;
  journal.write({ event: 'speaks', id: action.actionId, token });
  for (let number = 1; number <= chunks; number += 1) {
    await emit([token, number]);
    if (number === fails) throw new Error('This attempt fails on purpose');
    if (number % BURST === 0) await wait(random.below(PAUSE_MS), undefined, { signal });
  }
  return { token, chunks };
});

/** Each promise uses a separate lease, so the warning that leases differ is expected. */
const onWarning = (): void => undefined;
const retry = { attempts: 50, baseMs: 10, capMs: 50 };
const settings = { redis, prefix, leaseMs, concurrency, retry, maxStalls: 50, onWarning };
const worker = new BaseWorker({ ...settings, processor, logger: false });
worker.events.on('started', ({ claimed: { lease } }) =>
  tokens.set(lease.actionId, Number(lease.token)),
);
await worker.start();
