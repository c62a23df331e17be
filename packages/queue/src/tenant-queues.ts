import { within } from '@nooble/redis';
import { ActionTimeoutError, checkOption, InvalidActionError, quoted } from '@nooble/errors';
import { assertDefinition, newId } from '@nooble/models';
import type { ActionDefinition, ActionInput, DomainAction, Tier } from '@nooble/models';
import type { ActionClient } from './action-client.ts';
import { REQUEST_TIMEOUT, REQUEST_TIMEOUT_MS } from './client-options.ts';
import type { Enqueue } from './delivery/exchanges.ts';
import type { TenantEntry } from './admission/directory.ts';
import { assertForMany, type EnqueueOptions } from './admission/enqueue-options.ts';
import type { SenderFields } from './tenant-target.ts';
import { readRequestOptions, readSendOptions, splitOptions } from './send-options.ts';
import type { SendOptions, TenantRequestOptions, TenantStreamCall } from './send-options.ts';
import { streamForTenant } from './tenant-stream.ts';
import { onAbort } from './timing/on-abort.ts';
import { rejected, type EnqueueResult, type Receipt } from './admission/receipt.ts';

/** The methods of a manager that a tenant's sender uses. */
export interface TenantSender {
  /** Throws if nothing can be sent any more. What was begun before is still sent. */
  assertOpen(): void;
  /** Throws if it sends for a handler whose attempt has ended. */
  assertRuns(): void;
  /** Returns the entry of a tenant in the directory; undefined without a directory. */
  resolve(tenantId: string): Promise<TenantEntry | undefined>;
  /** Throws for a rejected action. Pass `entry` to avoid a second look-up in the directory. */
  admit(
    action: DomainAction,
    options: EnqueueOptions | undefined,
    entry?: TenantEntry,
  ): Promise<Receipt>;
  /** Created on first use, closed with the manager. */
  client(): ActionClient;
}

type Definition<Data, Result, Chunk, Input> = ActionDefinition<Data, Result, Chunk, Input>;

interface Sending<Input> {
  readonly data: Input;
  readonly options: SendOptions;
  readonly entry: TenantEntry | undefined;
}

/** Sends the actions of one tenant: a definition and its data are enough. */
export class TenantQueues {
  /** Sends an action and returns its chunks, as `ActionClient.stream` does. */
  readonly stream: TenantStreamCall = (definition, data, options) => {
    this.#sender.assertRuns();
    assertDefinition(definition);
    const { tenantId, tenantTier } = this.#fields;
    return streamForTenant(
      { definition, options, tenantId },
      {
        isKnown: tenantTier !== undefined,
        look: async (looking) => this.#entryWithin(looking),
        send: (fields, reading, entry) => {
          const input = this.#input({ ...fields, ...this.#tenant(entry) }, data);
          const sent = { definition, input, options: reading };
          return this.#sender.client().streamThrough(this.#admitting(entry), sent);
        },
      },
    );
  };
  readonly #sender: TenantSender;
  readonly #fields: SenderFields;

  constructor(sender: TenantSender, fields: SenderFields) {
    this.#sender = sender;
    this.#fields = fields;
  }

  /** Enqueues one action. Throws what `DomainQueueManager.enqueue` throws, and ValidationError for invalid data. */
  async enqueue<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: Input,
    options?: SendOptions,
  ): Promise<Receipt> {
    this.#sender.assertOpen();
    assertDefinition(definition);
    const given = readSendOptions(options);
    const entry = await this.#entry();
    const { action, enqueue } = this.#make(definition, { data, options: given, entry });
    return this.#sender.admit(action, enqueue, entry);
  }

  /**
   * Enqueues an action for each item of data. Never throws for a rejected action. Results are in the order of the data; the
   * `actionId` of a result is empty if its data was invalid.
   */
  async enqueueMany<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: readonly Input[],
    options?: Omit<SendOptions, 'actionId' | 'idempotencyKey'>,
  ): Promise<EnqueueResult[]> {
    assertDefinition(definition);
    const given = readSendOptions(options as SendOptions | undefined);
    assertForMany('data', data, given);
    const looked = this.#entry();
    looked.catch(() => undefined);
    return Promise.all(
      Array.from(data, async (each): Promise<EnqueueResult> => {
        let actionId = '';
        try {
          this.#sender.assertOpen();
          const entry = await looked;
          const { action, enqueue } = this.#make(definition, { data: each, options: given, entry });
          actionId = action.actionId;
          return await this.#sender.admit(action, enqueue, entry);
        } catch (error) {
          return rejected(actionId, error);
        }
      }),
    );
  }

  /** Sends an action and waits for its typed result. Rejects as `ActionClient.request` does. */
  async request<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: Input,
    options?: TenantRequestOptions,
  ): Promise<Result> {
    this.#sender.assertRuns();
    assertDefinition(definition);
    const given = readRequestOptions(options);
    const { signal, timeoutMs = REQUEST_TIMEOUT_MS, actionId = newId(), ...fields } = given;
    checkOption('timeoutMs', timeoutMs, REQUEST_TIMEOUT);
    signal?.throwIfAborted();
    const startedMs = performance.now();
    const isKnown = this.#fields.tenantTier !== undefined;
    const entry = isKnown ? undefined : await this.#entryWithin({ actionId, timeoutMs, signal });
    const input = this.#input({ ...fields, actionId, ...this.#tenant(entry) }, data);
    const spentMs = isKnown ? 0 : performance.now() - startedMs;
    const waiting = { ...(signal && { signal }), timeoutMs: Math.max(1, timeoutMs - spentMs) };
    return this.#sender
      .client()
      .requestThrough(this.#admitting(entry), { definition, input, options: waiting });
  }

  #admitting(entry: TenantEntry | undefined): Enqueue {
    return async (action, own) => this.#sender.admit(action, own, entry);
  }

  /** Looks up the tenant within the timeout of the request, and until its signal aborts. */
  async #entryWithin(request: {
    actionId: string;
    timeoutMs: number;
    signal: AbortSignal | undefined;
  }): Promise<TenantEntry | undefined> {
    const late = new ActionTimeoutError(request);
    const entry = await within(
      request.timeoutMs,
      unlessAborted(request.signal, this.#entry()),
      late,
    );
    if (entry instanceof ActionTimeoutError) throw entry;
    return entry;
  }

  #make<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    { data, options, entry }: Sending<Input>,
  ): { action: DomainAction<Data>; enqueue: EnqueueOptions | undefined } {
    const tenant = this.#tenant(entry);
    const { fields, enqueue } = splitOptions(options, tenant);
    const action = definition.create(this.#input({ ...fields, ...tenant }, data));
    return { action, enqueue };
  }

  #input<Input>(
    fields: Partial<ActionInput> & { tenantId: string; tenantTier: Tier },
    data: Input,
  ): ActionInput<Input> {
    assertInherited(this.#fields, fields);
    const { metadata: own = {} } = fields;
    // The definition refuses a value that is not an object.
    const isObject = typeof own === 'object' && own !== null && !Array.isArray(own);
    const metadata = isObject ? { ...this.#fields.metadata, ...own } : own;
    return { ...this.#fields, ...fields, metadata, data };
  }

  /** Looks up the tenant only if its tier was omitted; otherwise admission does. */
  async #entry(): Promise<TenantEntry | undefined> {
    const { tenantId, tenantTier } = this.#fields;
    return tenantTier === undefined ? this.#sender.resolve(tenantId) : undefined;
  }

  #tenant(entry: TenantEntry | undefined): { tenantId: string; tenantTier: Tier } {
    const { tenantId, tenantTier = entry?.tier } = this.#fields;
    // Without a directory, `tenant()` refuses a tenant without a tier.
    return { tenantId, tenantTier: tenantTier as Tier };
  }
}

/** A child has the task and session of its parent. Refuses one that states another, because it would be replaced silently. */
function assertInherited(own: SenderFields, fields: Partial<ActionInput>): void {
  if (own.parentActionId === undefined) return;
  for (const name of ['taskId', 'sessionId'] as const) {
    if (fields[name] === undefined || fields[name] === own[name]) continue;
    const reason = `its ${name} ${quoted(fields[name])} is not that of the action that sends it`;
    throw new InvalidActionError({ reason });
  }
}

/** Rejects with the reason of the signal as soon as it aborts. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  let ignore: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    ignore = onAbort(signal, () => reject(signal.reason as Error));
  });
  return Promise.race([work, aborted]).finally(ignore);
}
