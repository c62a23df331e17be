import { InvalidActionError, quoted, readOptions, rule } from '@nooble/errors';
import type { OptionsCheck } from '@nooble/errors';
import { formatQueueName, isActionType, isDomain } from '@nooble/models';
import type { ActionDefinition, ActionInput, Tier } from '@nooble/models';
import type { RequestOptions } from './client-options.ts';
import type { ActionStream } from './following/action-stream.ts';
import type { Restart } from './following/restart.ts';
import type { StreamOptions } from './following/stream-options.ts';
import type { EnqueueOptions, EnqueueTerms, RunTime } from './admission/enqueue-options.ts';

/** Recipient of the outcome of an action: the handler of a definition, or the default callback of a domain. */
export type CallbackTarget = string | Pick<ActionDefinition, 'domain' | 'type'>;

/** Fields of an action that its sender may set. */
type ActionFields = Pick<
  ActionInput,
  'actionId' | 'taskId' | 'sessionId' | 'sequence' | 'executionContext' | 'metadata' | 'timeoutMs'
>;

type Expiry =
  | {
      /**
       * Time after admission at which an action that has not started expires (ms), by the clock of Redis. Excludes
       * `expiresAt`.
       */
      readonly expiresInMs?: number;
      readonly expiresAt?: never;
    }
  | {
      /**
       * Time at which an action that has not started expires: a valid Date, or ISO 8601 text with a time zone. Excludes
       * `expiresInMs`.
       */
      readonly expiresAt?: Date | string;
      readonly expiresInMs?: never;
    };

/** Options for sending one action of a tenant: fields of the action, and options of its enqueue call. */
export type SendOptions = ActionFields &
  Omit<EnqueueTerms, 'expiresInMs'> &
  RunTime &
  Expiry & {
    /** Receives the outcome as an action: a definition made by `defineCallback`, or the name of a domain. */
    readonly callback?: CallbackTarget;
  };

/** Options of `request`: its timeout, and fields of the action. */
export type TenantRequestOptions = RequestOptions & Omit<ActionFields, 'timeoutMs'>;

/** Options of `stream`: its own, and fields of the action. */
export type TenantStreamOptions = StreamOptions & Omit<ActionFields, 'timeoutMs'>;

/** Sends an action of a tenant and returns its chunks. Throws as `ActionClient.stream` does. */
export interface TenantStreamCall {
  <Data, Result, Chunk, Input>(
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    data: Input,
    options: TenantStreamOptions & { readonly onRestart: 'restart' },
  ): ActionStream<Chunk | Restart, Result>;
  <Data, Result, Chunk, Input>(
    definition: ActionDefinition<Data, Result, Chunk, Input>,
    data: Input,
    options?: TenantStreamOptions,
  ): ActionStream<Chunk, Result>;
}

const refuse = (reason: string): Error => new InvalidActionError({ reason });

/** Only names are checked here: definition and enqueue check the values. */
const FIELDS = {
  actionId: rule.anything,
  taskId: rule.anything,
  sessionId: rule.anything,
  sequence: rule.anything,
  executionContext: rule.anything,
  metadata: rule.anything,
  timeoutMs: rule.anything,
};

const SEND: OptionsCheck<SendOptions> = {
  of: 'enqueue',
  rules: {
    ...FIELDS,
    expiresAt: rule.anything,
    expiresInMs: rule.anything,
    delayMs: rule.anything,
    runAt: rule.anything,
    idempotencyKey: rule.anything,
    cost: rule.anything,
    retainMs: rule.anything,
    callback: rule.anything,
  },
  refuse,
};

/** A request waits for its result, so it has no time, callback or key. */
const REQUEST: OptionsCheck<TenantRequestOptions> = {
  of: 'request',
  rules: { ...FIELDS, signal: rule.signal },
  refuse,
};

const STREAM: OptionsCheck<TenantStreamOptions> = {
  of: 'stream',
  rules: { ...FIELDS, signal: rule.signal, onRestart: rule.anything },
  refuse,
};

const NONE = Object.freeze({});

/** Throws InvalidActionError for unknown options: a misspelled one would be ignored. */
export function readSendOptions(options: SendOptions | undefined): SendOptions {
  return options === undefined ? NONE : readOptions(options, SEND);
}

/** Throws InvalidActionError for unknown options. */
export function readRequestOptions(
  options: TenantRequestOptions | undefined,
): TenantRequestOptions {
  return options === undefined ? NONE : readOptions(options, REQUEST);
}

/** Throws InvalidActionError for unknown options. */
export function readStreamOptions(options: TenantStreamOptions | undefined): TenantStreamOptions {
  return options === undefined ? NONE : readOptions(options, STREAM);
}

/** Separates the fields of the action from the options of its enqueue call. */
export function splitOptions(
  options: SendOptions,
  tenant: { readonly tenantId: string; readonly tenantTier: Tier },
): { fields: Partial<ActionInput>; enqueue: EnqueueOptions | undefined } {
  if (options === NONE) return { fields: NONE, enqueue: undefined };
  const { callback, delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs, ...own } = options;
  const enqueue = { delayMs, runAt, expiresInMs, idempotencyKey, cost, retainMs };
  const fields = callback === undefined ? own : { ...own, ...callbackFields(callback, tenant) };
  // `enqueue` ignores options that are undefined.
  return { fields, enqueue: enqueue as EnqueueOptions };
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
