// Sends what cannot be served, again and again, until it is killed: nobody else may notice.
import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import { DomainQueueManager, type TenantDirectory, type TenantEntry } from '@nooble/queue';
import { ODD_RESULTS, odd, work } from '../actions.ts';
import { Journal } from '../journal.ts';
import { findKeys } from '../leftovers.ts';
import { untilReady } from '../until.ts';
import { INSTANT_WORK } from './invent-work.ts';
import { readOrders } from './orders.ts';
import { endWithParent } from './parent.ts';
import { NUISANCES } from './nuisances.ts';

const { redis, prefix, journal: folder, restMs } = readOrders();
const journal = new Journal(folder);
endWithParent();

/** As a database or a careless hand would have them; of the tier of the tenant that must not notice. */
const NONSENSE: readonly unknown[] = [
  { tier: 'free', weight: '5 ' },
  { tier: 'free', weight: true },
  { tier: 'free', weight: [5] },
  { tier: 'free', weight: Number.NaN },
  { tier: 'free', maxActive: '1e2' },
  { tier: 'free', limits: { perMinute: '0x10', perDay: -1 } },
  { tier: 7 },
  'free',
  [],
];
let resolved = 0;
const directory: TenantDirectory = {
  resolve: (tenantId) =>
    tenantId === NUISANCES.directory
      ? (NONSENSE[resolved++ % NONSENSE.length] as TenantEntry)
      : { tier: 'free' },
};
const queues = new DomainQueueManager({ redis, prefix, directory });
const UNREAD = 'unread';

async function send(action: DomainAction): Promise<void> {
  const entry = { id: action.actionId, tenant: action.tenantId };
  try {
    await queues.enqueue(action);
    journal.write({ event: 'accepted', ...entry });
  } catch (error) {
    const code = isNoobleError(error) ? error.code : String(error);
    journal.write({ event: 'refused', ...entry, code });
  }
}

function workOf(tenantId: string, replyTo?: string): DomainAction {
  const address = replyTo === undefined ? {} : { replyTo };
  const { data } = INSTANT_WORK;
  return work.create({ tenantId, tenantTier: 'free', data, ...address });
}

/** An inbox that takes no reply: something else has its key. */
async function breakInbox(): Promise<string> {
  const replyTo = `inbox:${UNREAD}`;
  await send(workOf(NUISANCES.inbox, replyTo));
  await untilReady('a reply in an inbox', async () => {
    const keys = await findKeys(redis, prefix, UNREAD);
    for (const key of keys) await queues.redis.command().set(key, 'not an inbox');
    return keys.length > 0;
  });
  return replyTo;
}

const inbox = await breakInbox();
for (let round = 0; ; round += 1) {
  const result = ODD_RESULTS[round % ODD_RESULTS.length] ?? 'circular';
  const tenantId = NUISANCES.result;
  const callbackQueue = `nobody:${tenantId}:free`;
  await Promise.all([
    send(odd.create({ tenantId, tenantTier: 'free', data: { result }, callbackQueue })),
    send(workOf(NUISANCES.inbox, inbox)),
    send(workOf(NUISANCES.directory)),
  ]);
  await new Promise((resolve) => void setTimeout(resolve, restMs));
}
