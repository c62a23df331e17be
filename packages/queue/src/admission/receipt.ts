import {
  fromWireError,
  HistoryBehindError,
  InvalidActionError,
  isNoobleError,
  QueueFullError,
  QueuePausedError,
  RateLimitError,
  TenantMismatchError,
  toWireError,
  type NoobleError,
} from '@nooble/errors';
import { formatQueueName, type DomainAction } from '@nooble/models';
import type { Verdict } from '../protocol/operations/enqueue.ts';

/** Reference to an action, for `get` and `cancel`. */
export interface ActionRef {
  readonly domain: string;
  readonly actionId: string;
  /** Tenant of the action: an action of another tenant is treated as unknown. @default any tenant */
  readonly tenantId?: string;
}

/** An accepted action; also a reference to it. */
export interface Receipt extends ActionRef {
  /** `duplicate` if the action, or one with its idempotency key, was already stored; `actionId` is then the stored one. */
  readonly status: 'accepted' | 'duplicate';
  readonly tenantId: string;
  /** Logical queue, `{domain}:{tenant_id}:{tier}`. */
  readonly queue: string;
  /** ISO 8601 UTC; only for an action that was delayed. */
  readonly notBefore?: string;
}

/** Result for one action of several. */
export type EnqueueResult =
  | Receipt
  | { readonly status: 'rejected'; readonly actionId: string; readonly error: NoobleError };

/**
 * Result for an action that was refused or malformed, or whose tenant could not be resolved. The other actions are
 * unaffected.
 */
export function rejected(actionId: string, error: unknown): EnqueueResult {
  const typed = isNoobleError(error) ? error : fromWireError(toWireError(error));
  return { status: 'rejected', actionId, error: typed };
}

/** Returns a receipt, or the reason why the action was refused. */
export function resultOf(
  { actionId, tenantId, tenantTier }: DomainAction,
  domain: string,
  verdict: Verdict,
): Receipt | NoobleError {
  const queue = formatQueueName({ domain, tenantId, tier: tenantTier });
  if (verdict.kind === 'accepted') {
    const { notBeforeMs } = verdict;
    const delay = notBeforeMs === undefined ? {} : { notBefore: isoTime(notBeforeMs) };
    return { status: 'accepted', domain, actionId, tenantId, queue, ...delay };
  }
  if (verdict.kind === 'duplicate') {
    return { status: 'duplicate', domain, actionId: verdict.actionId, tenantId, queue };
  }
  if (verdict.kind === 'minute' || verdict.kind === 'day') {
    const { kind: window, limit, retryAfterMs } = verdict;
    const resetAt = isoTime(Date.now() + retryAfterMs);
    return new RateLimitError({ tenantId, domain, limit, window, retryAfterMs, resetAt });
  }
  if (verdict.kind === 'foreign') {
    const reason = `an action of another tenant has the id "${actionId}"`;
    return new TenantMismatchError({ tenantId, reason });
  }
  if (verdict.kind === 'expires') {
    const [starts, expires] = [verdict.startsMs, verdict.expiresMs].map(isoTime);
    const reason = `it expires at ${expires}, before it may start at ${starts}`;
    return new InvalidActionError({ actionId, reason });
  }
  if (verdict.kind === 'behind') return new HistoryBehindError({ domain });
  if (verdict.kind === 'depth') return new QueueFullError({ queue, limit: verdict.limit });
  const paused = verdict.kind === 'closed' ? domain : queue;
  return new QueuePausedError({ domain: paused, attempted: `enqueue action "${actionId}"` });
}

function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}
