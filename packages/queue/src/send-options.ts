import {
  formatQueueName,
  type ActionDefinition,
  type ActionInput,
  type Tier,
} from '@nooble/models';
import type { EnqueueOptions, EnqueueTerms, RunTime } from './admission/enqueue-options.ts';

/** Where the outcome of an action goes: the handler of a definition, or the default callback of a domain. */
export type CallbackTarget = string | Pick<ActionDefinition, 'domain' | 'type'>;

/** Fields of an action that its sender may state. */
type ActionFields = Pick<
  ActionInput,
  'actionId' | 'taskId' | 'sessionId' | 'executionContext' | 'metadata' | 'timeoutMs'
>;

type Expiry =
  | {
      /** Never starts later than that many ms from its admission, by the clock of Redis. Excludes `expiresAt`. */
      readonly expiresInMs?: number;
      readonly expiresAt?: never;
    }
  | {
      /** Never starts later: a valid Date, or ISO 8601 text with a zone. Excludes `expiresInMs`. */
      readonly expiresAt?: Date | string;
      readonly expiresInMs?: never;
    };

/** How a tenant sends one action: fields of the action, and how it is enqueued. */
export type SendOptions = ActionFields &
  Omit<EnqueueTerms, 'expiresInMs'> &
  RunTime &
  Expiry & {
    /** Receives the outcome as an action: a definition made by `defineCallback`, or the name of a domain. */
    readonly callback?: CallbackTarget;
  };

/** Separates what belongs to the action from how it is enqueued. */
export function splitOptions(
  options: SendOptions,
  { tenantId, tenantTier: tier }: { readonly tenantId: string; readonly tenantTier: Tier },
): { fields: Partial<ActionInput>; enqueue: EnqueueOptions } {
  const { callback, delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs, ...own } = options;
  const target = typeof callback === 'string' ? { domain: callback } : callback;
  const callbackFields = target && {
    callbackQueue: formatQueueName({ domain: target.domain, tenantId, tier }),
    ...('type' in target && { callbackType: target.type }),
  };
  const enqueue = { delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs };
  return { fields: { ...own, ...callbackFields }, enqueue: stated(enqueue) };
}

function stated(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
