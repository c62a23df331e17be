import { InvalidActionError, TenantMismatchError } from '@nooble/errors';
import { decodeAction, domainOf, type DomainAction } from '@nooble/models';
import type { EnqueueOptions } from '@nooble/queue';

/** A row of the outbox that waits for its admission. */
export interface StoredAction {
  /** A bigint, as text. */
  readonly id: string;
  readonly key: string;
  readonly tenant_id: string;
  readonly domain: string;
  readonly action_id: string;
  readonly sequence: string | null;
  readonly envelope: string;
  readonly options: string;
  readonly attempts: number;
}

/** Columns of a `StoredAction`. */
export const STORED_ACTION = `id, key, tenant_id, domain, action_id, sequence, envelope, options, attempts`;

/**
 * Returns the action of a row and the options of its enqueue call. Its idempotency key is derived from the row, unless its sender
 * chose one: a relay that admitted it may have died before it could record that. Throws TenantMismatchError if the envelope
 * names another tenant than the row, which row level security has checked, and InvalidActionError.
 */
export function readStored(row: StoredAction): { action: DomainAction; options: EnqueueOptions } {
  const action = decodeAction(row.envelope);
  if (action.tenantId !== row.tenant_id) {
    const reason = `its row in the outbox contains an action of tenant "${action.tenantId}"`;
    throw new TenantMismatchError({ tenantId: row.tenant_id, reason });
  }
  if (domainOf(action.actionType) !== row.domain || action.actionId !== row.action_id) {
    const reason = 'its row in the outbox names another action or domain';
    throw new InvalidActionError({ actionId: row.action_id, reason });
  }
  const given = optionsIn(row);
  return { action, options: { ...given, idempotencyKey: given.idempotencyKey ?? keyOf(row) } };
}

/** Returns the idempotency key of a row. */
export function keyOf({ key }: Pick<StoredAction, 'key'>): string {
  return `outbox:${key}`;
}

function optionsIn({ action_id, options }: StoredAction): EnqueueOptions {
  try {
    return JSON.parse(options) as EnqueueOptions;
  } catch (cause) {
    const reason = 'the options in its row of the outbox are not JSON';
    throw new InvalidActionError({ actionId: action_id, reason, cause });
  }
}
