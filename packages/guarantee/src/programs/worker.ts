// Handles actions until it is killed, or kills itself after settling and before sending the callback.
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { Journal } from '../journal/journal.ts';
import { recordHealth } from '../journal/record-health.ts';
import { recordMemory } from '../journal/record-memory.ts';
import { recordStalls } from '../journal/record-stalls.ts';
import { ATTEMPTS, unsendable, work, WORK_DOMAIN } from '../load/actions.ts';
import { runBehaviour, unsendableResult } from '../load/handler-behaviour.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency, ...options } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();
recordMemory(journal, 'worker');
recordStalls(journal);

/** Lease token of each action that is about to start; handlers do not receive it. */
const tokens = new Map<string, number>();

const processor = new ActionProcessor().register(work, async (action, { attempt }) => {
  const { actionId: id, tenantId: tenant } = action;
  const token = tokens.get(id) ?? 0;
  tokens.delete(id);
  const entry = { id, tenant, attempt, token };
  const { takesMs, failures, behaviour } = action.data;
  journal.write({ event: 'started', ...entry });
  await new Promise((resolve) => void setTimeout(resolve, takesMs));
  if (attempt === 1) await runBehaviour(behaviour, { id, leaseMs, journal });
  if (attempt <= failures) throw new Error('This attempt fails on purpose');
  journal.write({ event: 'finished', ...entry });
  const result = { tenant, token };
  return behaviour === 'invalid-result' ? ({ tenant: 42 } as unknown as typeof result) : result;
});

processor.register(unsendable, ({ actionId: id, tenantId: tenant, data }, { attempt }) => {
  journal.write({ event: 'started', id, tenant, attempt, token: tokens.get(id) ?? 0 });
  tokens.delete(id);
  return unsendableResult(data.result);
});

const retry = { attempts: ATTEMPTS, baseMs: 10, capMs: 50 };
/** Each promise uses the domain with another lease, so the warning that leases differ is expected. */
const onWarning = (): void => undefined;
const settings = {
  redis,
  prefix,
  processor,
  leaseMs,
  concurrency,
  retry,
  maxStalls: 50,
  onWarning,
};
const worker = new BaseWorker({ domain: WORK_DOMAIN, logger: false, ...settings });
const idOf = (event: { claimed: { lease: { actionId: string } } }): string =>
  event.claimed.lease.actionId;
worker.events.on('started', ({ claimed: { lease } }) =>
  tokens.set(lease.actionId, Number(lease.token)),
);
let settled = 0;
worker.events.on('done', (event) => {
  journal.write({ event: 'settled', id: idOf(event) });
  settled += 1;
  // Redis has stored the ending, and this process has not sent the callback yet.
  if (settled === options.diesAfter) process.kill(process.pid, 'SIGKILL');
});
worker.events.on('dead', (event) => journal.write({ event: 'dead', id: idOf(event) }));
worker.events.on('throttled', ({ claimed: { lease } }) =>
  journal.write({ event: 'throttled', id: lease.actionId, token: Number(lease.token) }),
);
worker.events.on('lost', (event) => journal.write({ event: 'lost', id: idOf(event) }));
worker.events.on('claimed', ({ tookMs: ms }) => {
  if (options.recordsClaims) journal.write({ event: 'claimed', ms });
  // Renewals were equally late: on a busy machine Redis may not be scheduled.
  if (ms > leaseMs / 3) journal.write({ event: 'stall', ms: Math.round(ms) });
});
void recordHealth(journal, worker);
await worker.start();
