import type { ExecutionContext } from './execution-context.ts';
import type { Tier } from './tiers.ts';

/** A typed message from one service to a domain. Immutable once accepted. */
export interface DomainAction<Data = unknown> {
  /** Version of the envelope. */
  readonly v: 1;
  readonly actionId: string;
  /** `{domain}.{action}`, for example `embedding.generate`. */
  readonly actionType: string;
  /** Groups the actions of one task. */
  readonly taskId: string;
  readonly tenantId: string;
  readonly tenantTier: Tier;
  readonly sessionId?: string;
  /**
   * Of a tenant and sequence at most one action runs at a time, in order of admission. `session` is the sequence of its
   * session.
   */
  readonly sequence?: string;
  /** Logical queue, `{domain}:{tenant_id}:{tier}`, that receives the outcome. Excludes `replyTo`. */
  readonly callbackQueue?: string;
  /** Action type of the callback. @default `{callback domain}.{action type}.result` */
  readonly callbackType?: string;
  /**
   * Recipient of the outcome: `inbox:{id}` of a caller that awaits it, or `journal:{domain}:{action_id}:{name}` of a handler that
   * does. Excludes `callbackQueue`.
   */
  readonly replyTo?: string;
  /** True if the caller that awaits the outcome also reads the chunks, which are then sent to its inbox. */
  readonly stream?: boolean;
  readonly executionContext?: ExecutionContext;
  readonly data: Data;
  /** Further values sent with the action, including the W3C `traceparent` and `tracestate`. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly parentActionId?: string;
  /** Timeout of one attempt (ms), if shorter than that of the tier. */
  readonly timeoutMs?: number;
  /** ISO 8601 UTC; an action that has not started by then never starts. */
  readonly expiresAt?: string;
  /** ISO 8601 UTC, by the clock of the sender. */
  readonly createdAt: string;
  /** Envelope fields that this version does not know, unchanged. */
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** An action, or part of one, that is still being built. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] };
