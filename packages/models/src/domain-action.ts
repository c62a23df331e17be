import type { ExecutionContext } from './execution-context.ts';
import type { Tier } from './tiers.ts';

/** A typed message from one service to a domain. Immutable once accepted. */
export interface DomainAction<Data = unknown> {
  /** Version of the envelope. */
  readonly v: 1;
  readonly actionId: string;
  /** `{domain}.{action}`, as in `embedding.generate`. */
  readonly actionType: string;
  /** Groups the actions of one piece of work. */
  readonly taskId: string;
  readonly tenantId: string;
  readonly tenantTier: Tier;
  readonly sessionId?: string;
  /** Logical queue, `{domain}:{tenant_id}:{tier}`, that receives the outcome. Excludes `replyTo`. */
  readonly callbackQueue?: string;
  /** Action type of the callback. @default `{callback domain}.{action type}.result` */
  readonly callbackType?: string;
  /** `inbox:{id}` of a caller that awaits the outcome. Excludes `callbackQueue`. */
  readonly replyTo?: string;
  readonly executionContext?: ExecutionContext;
  readonly data: Data;
  /** Anything else that travels along; the W3C `traceparent` and `tracestate` among it. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly parentActionId?: string;
  /** Shortens the timeout of the tier (ms). */
  readonly timeoutMs?: number;
  /** ISO 8601 UTC; an action that has not started by then never does. */
  readonly expiresAt?: string;
  /** ISO 8601 UTC, by the clock of the sender. */
  readonly createdAt: string;
  /** Fields of the envelope this version does not know, kept as they came. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}
