import { InvalidActionError, quoted } from '@nooble/errors';
import { formatQueueName, isActionType, isDomain } from '@nooble/models';
import type { ActionDefinition, ActionInput, Tier } from '@nooble/models';
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

const COMMON = ['actionId', 'taskId', 'sessionId', 'executionContext', 'metadata', 'timeoutMs'];

/** Names of the options of `enqueue`, and of `request`, which waits and so has no time, callback or key. */
const OPTIONS = {
  enqueue: COMMON.concat(
    ['expiresAt', 'expiresInMs', 'delayMs', 'runAt'],
    ['idempotencyKey', 'cost', 'retainMs', 'callback'],
  ),
  request: COMMON.concat('signal'),
} as const;

/** Throws InvalidActionError for an option that does not exist: a misspelled one would be ignored. */
export function assertOptions(call: keyof typeof OPTIONS, options: unknown): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidActionError({ reason: `options ${quoted(options)} are not an object` });
  }
  const names = OPTIONS[call];
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const reason = `${call} has no option ${quoted(unknown)}, only ${names.join(', ')}`;
  throw new InvalidActionError({ reason });
}

/** Separates what belongs to the action from how it is enqueued. */
export function splitOptions(
  options: SendOptions,
  tenant: { readonly tenantId: string; readonly tenantTier: Tier },
): { fields: Partial<ActionInput>; enqueue: EnqueueOptions } {
  const { callback, delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs, ...own } = options;
  const enqueue = { delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs };
  const fields = callback === undefined ? own : { ...own, ...callbackFields(callback, tenant) };
  return { fields, enqueue: stated(enqueue) };
}

function callbackFields(
  callback: unknown,
  { tenantId, tenantTier: tier }: { readonly tenantId: string; readonly tenantTier: Tier },
): Pick<ActionInput, 'callbackQueue' | 'callbackType'> {
  const { domain, type } = typeof callback === 'string' ? { domain: callback } : asTarget(callback);
  if (!isDomain(domain)) {
    const reason = `callback ${quoted(callback)} is neither a domain nor a definition`;
    throw new InvalidActionError({ reason });
  }
  const callbackQueue = formatQueueName({ domain, tenantId, tier });
  return isActionType(type) ? { callbackQueue, callbackType: type } : { callbackQueue };
}

function asTarget(callback: unknown): { domain?: unknown; type?: unknown } {
  return typeof callback === 'object' && callback !== null ? callback : {};
}

function stated(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
