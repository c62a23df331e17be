// Receives callbacks until it is killed or asked to stop.
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { CALLER_DOMAIN, told } from '../actions.ts';
import { Journal } from '../journal.ts';
import { noteMemory } from './memory.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';
import { noteStalls } from './stalls.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency } = readOrders();
const journal = new Journal(folder);
endWithParent();
noteMemory(journal, 'caller');
noteStalls(journal);

const processor = new ActionProcessor().register(told, (action) => {
  const { parentActionId: id = '', actionId: callback, tenantId: tenant } = action;
  const { data } = action;
  const outcome =
    data.status === 'done'
      ? { of: data.result.tenant, token: data.result.token }
      : { code: data.error.code };
  journal.write({ event: 'told', id, tenant, callback, status: data.status, ...outcome });
});

/** One promise after the other uses the domain, with a lease of its own: that these differ is no news. */
const onWarning = (): void => undefined;
const options = { redis, prefix, processor, leaseMs, concurrency, maxStalls: 50, onWarning };
await new BaseWorker({ domain: CALLER_DOMAIN, logger: false, ...options }).start();
