// Runs plans and their parts. Kills itself now and then after a part of a plan has been kept.
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { newId } from '@nooble/models';
import { Journal } from '../journal/journal.ts';
import { recordStalls } from '../journal/record-stalls.ts';
import { part, plan, SIGNAL } from '../load/durable-actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency, seed } = readProgramOptions();
const journal = new Journal(folder);
const random = seededRandom(seed);
exitWithParent();
recordStalls(journal);

/** The process dies after one in this number of kept values. */
const DEATHS = 40;
/** Shorter than some waits for a signal, and longer than others (ms). */
const PARK_AFTER_MS = 300;

/** Records the value that a name resolved to. */
async function kept(id: string, name: string, resolving: Promise<string>): Promise<string> {
  const value = await resolving;
  journal.write({ event: 'kept', id, name, value });
  if (random.below(DEATHS) === 0) process.kill(process.pid, 'SIGKILL');
  return value;
}

function compute(id: string, name: string): string {
  journal.write({ event: 'computed', id, name });
  return newId();
}

const plans = new ActionProcessor().register(plan, async ({ actionId: id }, ctx) => {
  const step = async (name: string): Promise<string> =>
    kept(
      id,
      name,
      ctx.step(name, () => compute(id, name)),
    );
  const call = async (name: string): Promise<string> =>
    kept(id, name, ctx.call(name, part, { data: { of: id, name } }));
  const one = await step('one');
  const [left, right] = await Promise.all([call('left'), call('right')]);
  journal.write({ event: 'waits', id });
  await kept(id, SIGNAL, ctx.waitFor<string>(SIGNAL));
  const two = await step('two');
  return { one, left, right, two };
});

const parts = new ActionProcessor().register(part, async ({ data: { of, name } }) => {
  await new Promise((resolve) => void setTimeout(resolve, random.below(100)));
  return compute(of, name);
});

/** Each promise uses a separate lease, so the warning that leases differ is expected. */
const onWarning = (): void => undefined;
for (const processor of [plans, parts]) {
  const settings = { redis, prefix, leaseMs, concurrency, maxStalls: 50, onWarning };
  const worker = new BaseWorker({
    ...settings,
    processor,
    parkAfterMs: PARK_AFTER_MS,
    retry: { attempts: 50, baseMs: 10, capMs: 50 },
    logger: false,
  });
  worker.events.on('parked', ({ claimed: { lease } }) =>
    journal.write({ event: 'parked', id: lease.actionId }),
  );
  await worker.start();
}
