// Sends actions that cannot be served until it is killed; no other tenant may be delayed by them.
import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import { DomainQueueManager, type TenantDirectory, type TenantEntry } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { unsendable, UNSENDABLE_RESULTS, work } from '../load/actions.ts';
import { FAULTY_TENANTS } from '../load/faulty-tenants.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { INSTANT_WORK } from '../load/random-work.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { untilReady } from '../schedule/until.ts';
import { findKeys } from '../target/run-keys.ts';

const { redis, prefix, journal: folder, restMs } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();

/** Invalid entries as a database or a typing error may produce them; of the tier of the tenant that must not be delayed. */
const INVALID_ENTRIES: readonly unknown[] = [
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
    tenantId === FAULTY_TENANTS.directory
      ? (INVALID_ENTRIES[resolved++ % INVALID_ENTRIES.length] as TenantEntry)
      : { tier: 'free' },
};
const queues = new DomainQueueManager({ redis, prefix, directory });
/** Id of an inbox that no process reads. */
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

/** Returns the name of an inbox that refuses writes, because its key has another type. */
async function breakInbox(): Promise<string> {
  const replyTo = `inbox:${UNREAD}`;
  await send(workOf(FAULTY_TENANTS.inbox, replyTo));
  await untilReady('a reply in an inbox', async () => {
    const keys = await findKeys(redis, prefix, UNREAD);
    for (const key of keys) await queues.redis.command().set(key, 'not an inbox');
    return keys.length > 0;
  });
  return replyTo;
}

const inbox = await breakInbox();
for (let round = 0; ; round += 1) {
  const result = UNSENDABLE_RESULTS[round % UNSENDABLE_RESULTS.length] ?? 'circular';
  const tenantId = FAULTY_TENANTS.result;
  const callbackQueue = `nobody:${tenantId}:free`;
  await Promise.all([
    send(unsendable.create({ tenantId, tenantTier: 'free', data: { result }, callbackQueue })),
    send(workOf(FAULTY_TENANTS.inbox, inbox)),
    send(workOf(FAULTY_TENANTS.directory)),
  ]);
  await new Promise((resolve) => void setTimeout(resolve, restMs));
}
