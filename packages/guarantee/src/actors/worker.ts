// Works until it is killed, or kills itself at its worst moment.
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { ATTEMPTS, odd, work, WORK_DOMAIN } from '../actions.ts';
import { Journal } from '../journal.ts';
import { noteMemory } from './memory.ts';
import { noteHealth } from './health.ts';
import { misbehave, oddResult } from './mischief.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';
import { noteStalls } from './stalls.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency, ...orders } = readOrders();
const journal = new Journal(folder);
endWithParent();
noteMemory(journal, 'worker');
noteStalls(journal);

/** Under which lease each action is about to begin; handlers are not told. */
const tokens = new Map<string, number>();

const processor = new ActionProcessor().register(work, async (action, { attempt }) => {
  const { actionId: id, tenantId: tenant } = action;
  const token = tokens.get(id) ?? 0;
  tokens.delete(id);
  const entry = { id, tenant, attempt, token };
  const { takesMs, failures, mischief } = action.data;
  journal.write({ event: 'started', ...entry });
  await new Promise((resolve) => void setTimeout(resolve, takesMs));
  if (attempt === 1) await misbehave(mischief, { id, leaseMs, journal });
  if (attempt <= failures) throw new Error('This attempt fails on purpose');
  journal.write({ event: 'finished', ...entry });
  const result = { tenant, token };
  return mischief === 'rubbish' ? ({ tenant: 42 } as unknown as typeof result) : result;
});

processor.register(odd, ({ actionId: id, tenantId: tenant, data }, { attempt }) => {
  journal.write({ event: 'started', id, tenant, attempt, token: tokens.get(id) ?? 0 });
  tokens.delete(id);
  return oddResult(data.result);
});

const retry = { attempts: ATTEMPTS, baseMs: 10, capMs: 50 };
/** One promise after the other uses the domain, with a lease of its own: that these differ is no news. */
const onWarning = (): void => undefined;
const options = { redis, prefix, processor, leaseMs, concurrency, retry, maxStalls: 50, onWarning };
const worker = new BaseWorker({ domain: WORK_DOMAIN, logger: false, ...options });
const idOf = (event: { claimed: { lease: { actionId: string } } }): string =>
  event.claimed.lease.actionId;
worker.events.on('started', ({ claimed: { lease } }) =>
  tokens.set(lease.actionId, Number(lease.token)),
);
let settled = 0;
worker.events.on('done', (event) => {
  journal.write({ event: 'settled', id: idOf(event) });
  settled += 1;
  // Redis knows of the end by now; the callback has not left this process.
  if (settled === orders.diesAfter) process.kill(process.pid, 'SIGKILL');
});
worker.events.on('dead', (event) => journal.write({ event: 'dead', id: idOf(event) }));
worker.events.on('throttled', ({ claimed: { lease } }) =>
  journal.write({ event: 'throttled', id: lease.actionId, token: Number(lease.token) }),
);
worker.events.on('lost', (event) => journal.write({ event: 'lost', id: idOf(event) }));
worker.events.on('claimed', ({ tookMs: ms }) => {
  if (orders.notesClaims) journal.write({ event: 'claimed', ms });
  // Renewals were as late: on a busy machine it may be Redis that gets no time to run.
  if (ms > leaseMs / 3) journal.write({ event: 'stall', ms: Math.round(ms) });
});
void noteHealth(journal, worker);
await worker.start();
