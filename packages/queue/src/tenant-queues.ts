import {
  fromWireError,
  InvalidActionError,
  isNoobleError,
  quoted,
  TenantMismatchError,
  toWireError,
  type NoobleError,
} from '@nooble/errors';
import { assertTenantId, childFields, isTier, TIERS } from '@nooble/models';
import type { ActionDefinition, ActionInput, DomainAction, Tier } from '@nooble/models';
import type { ActionClient, RequestOptions } from './action-client.ts';
import type { TenantEntry } from './admission/directory.ts';
import type { EnqueueOptions } from './admission/enqueue-options.ts';
import { splitOptions, type SendOptions } from './send-options.ts';
import type { EnqueueResult, Receipt } from './admission/receipt.ts';

/** Who sends. */
export interface TenantTarget {
  readonly tenantId: string;
  /** May be left out where the manager has a directory, which knows it. */
  readonly tenantTier?: Tier;
}

/** What a tenant's sender needs of its manager. */
export interface TenantSender {
  /** The entry of a tenant in the directory; undefined without a directory. */
  resolve(tenantId: string): Promise<TenantEntry | undefined>;
  /** Throws for a rejected action. `entry` spares a second look into the directory. */
  admit(action: DomainAction, options: EnqueueOptions, entry?: TenantEntry): Promise<Receipt>;
  /** Made on first use, closed with the manager. */
  client(): ActionClient;
}

/** Fields that every action of this sender carries, the tenant among them. */
export type SenderFields = TenantTarget & Partial<Omit<ActionInput, 'data'>>;

/** Checks who sends, and completes it with what an action hands on to its children. */
export function senderFields(
  target: TenantTarget | undefined,
  parent: DomainAction | undefined,
  hasDirectory: boolean,
): SenderFields {
  const inherited = parent && childFields(parent);
  const tenant = target ?? inherited;
  if (!tenant) throw new InvalidActionError({ reason: 'there is no tenant to send for' });
  const { tenantId, tenantTier } = tenant;
  assertTenantId(tenantId);
  if (parent && parent.tenantId !== tenantId) {
    const reason = `it cannot send for tenant "${tenantId}"`;
    throw new TenantMismatchError({ tenantId: parent.tenantId, reason });
  }
  if (tenantTier === undefined && !hasDirectory) {
    const reason = `the tier of tenant "${tenantId}" is missing, and there is no directory to look it up`;
    throw new InvalidActionError({ reason });
  }
  if (tenantTier !== undefined && !isTier(tenantTier)) {
    const reason = `tier ${quoted(tenantTier)} is none of ${TIERS.join(', ')}`;
    throw new InvalidActionError({ reason });
  }
  return { ...inherited, ...tenant };
}

/** Options of `request`: how long to wait, and fields of the action. */
export type TenantRequestOptions = RequestOptions &
  Pick<SendOptions, 'actionId' | 'taskId' | 'sessionId' | 'executionContext' | 'metadata'>;

type Definition<Data, Result, Chunk, Input> = ActionDefinition<Data, Result, Chunk, Input>;

interface Sending<Input> {
  readonly data: Input;
  readonly options: SendOptions;
  readonly entry: TenantEntry | undefined;
}

/** Sends the actions of one tenant: a definition and its data are enough. */
export class TenantQueues {
  readonly #sender: TenantSender;
  readonly #fields: SenderFields;

  constructor(sender: TenantSender, fields: SenderFields) {
    this.#sender = sender;
    this.#fields = fields;
  }

  /** Enqueues one action. Throws what `DomainQueueManager.enqueue` throws, and ValidationError for data that does not fit. */
  async enqueue<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: Input,
    options: SendOptions = {},
  ): Promise<Receipt> {
    const entry = await this.#entry();
    const { action, enqueue } = this.#make(definition, { data, options, entry });
    return this.#sender.admit(action, enqueue, entry);
  }

  /**
   * Enqueues an action for each of the data; never throws for a rejected one. Outcomes are in the order of the data;
   * data that does not fit has no action yet, so its `actionId` is empty.
   */
  async enqueueMany<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: readonly Input[],
    options: Omit<SendOptions, 'actionId' | 'idempotencyKey'> = {},
  ): Promise<EnqueueResult[]> {
    const entry = await this.#entry();
    return Promise.all(
      data.map(async (each): Promise<EnqueueResult> => {
        let actionId = '';
        try {
          const given = { data: each, options: options as SendOptions, entry };
          const { action, enqueue } = this.#make(definition, given);
          actionId = action.actionId;
          return await this.#sender.admit(action, enqueue, entry);
        } catch (error) {
          return { status: 'rejected', actionId, error: asNoobleError(error) };
        }
      }),
    );
  }

  /** Sends an action and waits for its typed result. Rejects as `ActionClient.request` does. */
  async request<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    data: Input,
    options: TenantRequestOptions = {},
  ): Promise<Result> {
    const { signal, timeoutMs, ...fields } = options;
    signal?.throwIfAborted();
    const tenant = this.#tenant(await this.#entry());
    const input = this.#input({ ...fields, ...tenant }, data);
    const waiting = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) };
    return this.#sender.client().request(definition, input, waiting);
  }

  #make<Data, Result, Chunk, Input>(
    definition: Definition<Data, Result, Chunk, Input>,
    { data, options, entry }: Sending<Input>,
  ): { action: DomainAction<Data>; enqueue: EnqueueOptions } {
    const tenant = this.#tenant(entry);
    const { fields, enqueue } = splitOptions(options, tenant);
    const action = definition.create(this.#input({ ...fields, ...tenant }, data));
    return { action, enqueue };
  }

  #input<Input>(
    fields: Partial<ActionInput> & { tenantId: string; tenantTier: Tier },
    data: Input,
  ): ActionInput<Input> {
    const metadata = { ...this.#fields.metadata, ...fields.metadata };
    return { ...this.#fields, ...fields, metadata, data };
  }

  /** The directory is asked only for a tier that was left out; else admission asks it. */
  async #entry(): Promise<TenantEntry | undefined> {
    const { tenantId, tenantTier } = this.#fields;
    return tenantTier === undefined ? this.#sender.resolve(tenantId) : undefined;
  }

  #tenant(entry: TenantEntry | undefined): { tenantId: string; tenantTier: Tier } {
    const { tenantId, tenantTier = entry?.tier } = this.#fields;
    // A manager without a directory refuses such a tenant in `tenant()`.
    return { tenantId, tenantTier: tenantTier as Tier };
  }
}

function asNoobleError(error: unknown): NoobleError {
  return isNoobleError(error) ? error : fromWireError(toWireError(error));
}
