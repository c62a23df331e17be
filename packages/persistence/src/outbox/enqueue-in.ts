import { quoted, TenantMismatchError } from '@nooble/errors';
import { encodeAction, type DomainAction } from '@nooble/models';
import type { DomainQueueManager, EnqueueOptions } from '@nooble/queue';
import { asPostgresError } from '../connecting/failures.ts';

/** A transaction of the caller: a client of `pg`, or any object with this method. */
export interface CallerTransaction {
  query(text: string, values: unknown[]): PromiseLike<unknown>;
}

/** An action that is sent once the transaction of its caller is committed. */
export interface OutboxReceipt {
  /** Number of its row. */
  readonly id: string;
  readonly domain: string;
  readonly actionId: string;
  readonly tenantId: string;
}

/** Channel that wakes relays. */
export const WAKE_CHANNEL = 'nooble_outbox';

/** A notification is sent when its transaction is committed, once for all with the same payload. */
const INSERT = `
  WITH stored AS (
    INSERT INTO nooble.outbox (tenant_id, domain, action_id, sequence, envelope, options)
    VALUES ($1, $2, $3, $4, $5, $6) RETURNING id
  ) SELECT id, CASE WHEN $7::boolean THEN pg_notify('${WAKE_CHANNEL}', '') END FROM stored`;

/** Stores an action in a transaction. Throws what `DomainQueueManager.check` throws. */
export async function enqueueIn(
  { queues, wake }: { readonly queues: Pick<DomainQueueManager, 'check'>; readonly wake: boolean },
  transaction: CallerTransaction,
  { action: given, options: wanted }: { action: DomainAction; options: EnqueueOptions | undefined },
): Promise<OutboxReceipt> {
  assertTransaction(transaction);
  const { action, domain, sequence, options } = await queues.check(given, wanted);
  const { actionId, tenantId } = action;
  const envelope = encodeAction(action);
  const stored = JSON.stringify(options ?? {});
  const values = [tenantId, domain, actionId, sequence ?? null, envelope, stored, wake];
  try {
    const { rows } = (await transaction.query(INSERT, values)) as { rows: { id: string }[] };
    return { id: String(rows[0]?.id), domain, actionId, tenantId };
  } catch (error) {
    if (isOfAnotherTenant(error)) {
      const reason = 'the transaction belongs to another tenant';
      throw new TenantMismatchError({ tenantId, reason, cause: error });
    }
    throw asPostgresError(error, { attempted: `store action "${actionId}" in the outbox` });
  }
}

function assertTransaction(given: unknown): asserts given is CallerTransaction {
  const query: unknown = typeof given === 'object' && given !== null && Reflect.get(given, 'query');
  if (typeof query === 'function') return;
  throw new RangeError(
    `Cannot use ${quoted(given)} as transaction: expected a client of pg, or an object with a method \`query(text, values)\``,
  );
}

/** The policy of row level security refused the row. */
function isOfAnotherTenant(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === '42501' && /row-level security/.test(String(message));
}
