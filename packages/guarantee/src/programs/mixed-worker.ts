// Handles requests, streams, and handlers that call others, until it is killed.
import { setTimeout as wait } from 'node:timers/promises';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { Journal } from '../journal/journal.ts';
import { ask, compose, MIXED_ATTEMPTS, piece, tell } from '../load/mixed-actions.ts';
import { readProgramOptions, tiersWith, UNLIMITED } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency, seed } = readProgramOptions();
const journal = new Journal(folder);
const random = seededRandom(seed);
exitWithParent();

/** One attempt of a stream in this number fails, at a random chunk. */
const FAILS = 40;
/** Chunks between two pauses, and the longest pause (ms). */
const BURST = 10;
const PAUSE_MS = 10;
/** Shorter than some calls, so that handlers are parked (ms). */
const PARK_AFTER_MS = 200;
/** Dead letters are removed soon, so that a run leaves no keys behind (ms). */
const MAX_DEAD_AGE_MS = 5_000;

/** Lease token of each action that is about to start; handlers do not receive it. */
const tokens = new Map<string, number>();

const requests = new ActionProcessor().register(ask, async (action, { attempt, signal }) => {
  const { takesMs, failures } = action.data;
  await wait(takesMs, undefined, { signal });
  if (attempt <= failures) throw new Error('This attempt fails on purpose');
  journal.write({ event: 'ran', id: action.actionId });
  return { of: action.actionId };
});

const speeches = new ActionProcessor().register(tell, async (action, { attempt, emit, signal }) => {
  const { actionId: id, data } = action;
  const token = tokens.get(id) ?? 0;
  const isFailing = attempt < MIXED_ATTEMPTS && random.below(FAILS) === 0;
  const fails = isFailing ? 1 + random.below(data.chunks) : 0;
  for (let number = 1; number <= data.chunks; number += 1) {
    await emit([token, number]);
    if (number === fails) throw new Error('This attempt fails on purpose');
    if (number % BURST === 0) await wait(random.below(PAUSE_MS), undefined, { signal });
  }
  tokens.delete(id);
  journal.write({ event: 'ran', id });
  return { token, chunks: data.chunks };
});

const compositions = new ActionProcessor().register(compose, async ({ actionId: of }, ctx) => {
  const step = await ctx.step('step', () => of);
  const call = async (name: string): Promise<string> =>
    ctx.call(name, piece, { data: { of, name } });
  const parts = await Promise.all([call('left'), call('right')]);
  journal.write({ event: 'ran', id: of });
  return { of, step, parts };
});

const pieces = new ActionProcessor().register(piece, async ({ data: { of, name } }) => {
  await wait(random.below(PAUSE_MS));
  return `${of} ${name}`;
});

const settings = {
  redis,
  prefix,
  leaseMs,
  concurrency,
  retry: { attempts: MIXED_ATTEMPTS, baseMs: 10, capMs: 50 },
  maxStalls: 50,
  maxDeadAgeMs: MAX_DEAD_AGE_MS,
  parkAfterMs: PARK_AFTER_MS,
  // Also for the actions that handlers call.
  tiers: tiersWith(UNLIMITED),
  logger: false,
} as const;
for (const processor of [requests, speeches, compositions, pieces]) {
  const worker = new BaseWorker({ ...settings, processor });
  worker.events.on('started', ({ claimed: { lease } }) => {
    if (processor === speeches) tokens.set(lease.actionId, Number(lease.token));
  });
  await worker.start();
}
