// Receives callbacks until it is killed.
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { Journal } from '../journal/journal.ts';
import { recordMemory } from '../journal/record-memory.ts';
import { recordStalls } from '../journal/record-stalls.ts';
import { CALLER_DOMAIN, workCallback } from '../load/actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();
recordMemory(journal, 'caller');
recordStalls(journal);

const processor = new ActionProcessor().register(workCallback, (action) => {
  const { parentActionId: id = '', actionId: callback, tenantId: tenant } = action;
  const { data } = action;
  const outcome =
    data.status === 'done'
      ? { of: data.result.tenant, token: data.result.token }
      : { code: data.error.code };
  journal.write({ event: 'notified', id, tenant, callback, status: data.status, ...outcome });
});

/** Each promise uses the domain with another lease, so the warning that leases differ is expected. */
const onWarning = (): void => undefined;
const options = { redis, prefix, processor, leaseMs, concurrency, maxStalls: 50, onWarning };
await new BaseWorker({ domain: CALLER_DOMAIN, logger: false, ...options }).start();
