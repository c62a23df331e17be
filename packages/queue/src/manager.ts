import type { NoobleError } from '@nooble/errors';
import { fromWireError, isNoobleError, QueuePausedError, toWireError } from '@nooble/errors';
import { assertActionId, assertDomain, assertTenantId, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ActionClient } from './action-client.ts';
import { admitAction, type AdmitOptions } from './admission/admitting.ts';
import type { CallId } from './protocol/call-ring.ts';
import { ask, askOnce } from './protocol/calling.ts';
import { DeadLetters } from './inspection/dead-letters.ts';
import { lookUpTenant } from './admission/directory.ts';
import { domainStats } from './inspection/domain-stats.ts';
import type { EnqueueOptions, EnqueueTerms, RunTime } from './admission/enqueue-options.ts';
import type { Keyspace } from './protocol/keyspace.ts';
import { openManagerParts } from './manager-options.ts';
import type { QueueManagerOptions, QueueManagerParts } from './manager-options.ts';
import { cancelCall, readCancelled, type CancelResult } from './protocol/operations/cancel.ts';
import { inspectCall, readInspection } from './protocol/operations/inspect.ts';
import { pauseCall, readPaused } from './protocol/operations/pause.ts';
import type { DomainStats } from './protocol/operations/stats.ts';
import type { DomainKeyspaces } from './protocol/partitions.ts';
import { repartition } from './inspection/repartition.ts';
import { snapshotOf, type ActionSnapshot } from './inspection/snapshot.ts';
import { senderFields, TenantQueues, type TenantTarget } from './tenant-queues.ts';
import type { ActionRef, EnqueueResult, Receipt } from './admission/receipt.ts';

/** What to pause or resume: a domain, or one tenant of it. */
export type PauseTarget = string | { readonly domain: string; readonly tenantId?: string };

/** Sends actions to domains and looks after their queues. */
export class DomainQueueManager {
  readonly #parts: QueueManagerParts;
  readonly #parent: DomainAction | undefined;

  /** Connects in the background. Throws for options that cannot be. `inherited` is how `within` makes one. */
  constructor(
    options: QueueManagerOptions,
    inherited?: { readonly parts: QueueManagerParts; readonly parent: DomainAction | undefined },
  ) {
    this.#parts = inherited?.parts ?? openManagerParts(options);
    this.#parent = inherited?.parent;
  }

  get redis(): RedisPool {
    return this.#parts.redis;
  }

  get prefix(): string {
    return this.#parts.prefix;
  }

  /** Aborted by `close()`. */
  get closed(): AbortSignal {
    return this.#parts.closing.signal;
  }

  /**
   * Admits one action and stores it: all or nothing. Throws RateLimitError, QueueFullError,
   * QueuePausedError, TenantMismatchError, PayloadTooLargeError and InvalidActionError, and
   * RedisUnavailableError, after which it may or may not have been accepted: sent again it is a duplicate while
   * it is stored, and runs anew once it has ended, unless it carries an idempotency key.
   */
  async enqueue(action: DomainAction, options?: EnqueueOptions): Promise<Receipt> {
    return this.#enqueue(action, { options });
  }

  /** Admits several, each for itself; never throws for a rejected one. Outcomes are in the order of the actions. */
  async enqueueMany(
    actions: readonly DomainAction[],
    options?: Omit<EnqueueTerms, 'idempotencyKey'> & RunTime,
  ): Promise<EnqueueResult[]> {
    return Promise.all(
      actions.map(async (action): Promise<EnqueueResult> => {
        const parent = this.#parent;
        const outcome = await admitAction(this.#parts, action, { options, parent }).catch(refusal);
        if (!isNoobleError(outcome)) return outcome;
        const { actionId = '' } = (action as DomainAction | null) ?? {};
        return { status: 'rejected', actionId, error: outcome };
      }),
    );
  }

  /**
   * Sends the actions of one tenant: a definition and its data are enough. Of a manager made by `within` it is the
   * tenant of that action. Throws InvalidActionError for a name that is none and for a tier that is missing without a
   * directory, TenantMismatchError for another tenant than that of the action.
   */
  tenant(target?: TenantTarget): TenantQueues {
    const fields = senderFields(target, this.#parent, this.#parts.directory !== undefined);
    const { directory, requests } = this.#parts;
    return new TenantQueues(
      {
        resolve: async (tenantId) => directory && lookUpTenant(tenantId, directory),
        admit: async (action, options, entry) => this.#enqueue(action, { options, entry }),
        client: () => (requests.client ??= new ActionClient({ queues: this.#root() })),
      },
      fields,
    );
  }

  /** Where an action stands; undefined when the domain does not know it, any more, or it is another tenant's. */
  async get(ref: ActionRef): Promise<ActionSnapshot | undefined> {
    const { redis } = this.#parts;
    const { domain, actionId } = ref;
    const tenantId = this.#tenantOf(ref);
    const attempted = `look at action "${actionId}"`;
    const keyspaces = await this.#keyspacesOf(ref);
    const found = await Promise.all(
      keyspaces.map(async (each) =>
        readInspection(await ask(redis, inspectCall(each, actionId), attempted)),
      ),
    );
    const own = found.find((each) => each && (tenantId ?? each.tenantId) === each.tenantId);
    return own && snapshotOf({ domain, actionId }, own);
  }

  /** Cancels an action that has not started; its caller is told. One of another tenant is `unknown`. */
  async cancel(ref: ActionRef): Promise<CancelResult> {
    const { redis, rings } = this.#parts;
    const { actionId } = ref;
    const tenantId = this.#tenantOf(ref);
    const attempted = `cancel action "${actionId}"`;
    const keyspaces = await this.#keyspacesOf(ref);
    const results = await Promise.all(
      keyspaces.map(async (each) => {
        const callOf = (id: CallId) => cancelCall(each, { id, tenantId, actionIds: [actionId] });
        return readCancelled(await askOnce(redis, { ring: rings.of(each), callOf, attempted }));
      }),
    );
    return results.flat().find((result) => result !== 'unknown') ?? 'unknown';
  }

  async stats(domain: string): Promise<DomainStats> {
    return domainStats(this.#parts.redis, domain, await this.#keyspaces(domain));
  }

  /** Stops serving; what runs goes on. Admission goes on, too, unless `admission` says to refuse it. */
  async pause(
    target: PauseTarget,
    { admission = false }: { admission?: boolean } = {},
  ): Promise<void> {
    await this.#setPaused(target, { verb: 'pause', admission });
  }

  /** Serves and admits again. */
  async resume(target: PauseTarget): Promise<void> {
    await this.#setPaused(target, { verb: 'resume', admission: false });
  }

  deadLetters(domain: string): DeadLetters {
    assertDomain(domain);
    return new DeadLetters(this.#parts, domain);
  }

  /**
   * Cuts an empty domain into so many partitions (1 to 64), which a Cluster spreads over its nodes; limits,
   * idempotency keys and pauses of its tenants begin anew. Workers and senders notice by themselves. Throws
   * DomainNotEmptyError. Calling it again completes a change that was cut off.
   */
  async setPartitions(domain: string, count: number): Promise<void> {
    assertDomain(domain);
    await repartition(this.#parts, domain, count);
  }

  /** A manager whose actions are children of this one: same task, session, tenant and trace. */
  within(action: DomainAction): DomainQueueManager {
    const { redis } = this.#parts;
    return new DomainQueueManager({ redis }, { parts: this.#parts, parent: action });
  }

  /** Ends its connections, unless the pool was handed in. Idempotent. */
  async close(): Promise<void> {
    if (this.#parent) return;
    this.#parts.closing.abort();
    if (this.#parts.ownsRedis) await this.#parts.redis.close();
  }

  /** What several actions use in common acts for none of them. */
  #root(): DomainQueueManager {
    const { redis } = this.#parts;
    return new DomainQueueManager({ redis }, { parts: this.#parts, parent: undefined });
  }

  async #enqueue(action: DomainAction, given: Omit<AdmitOptions, 'parent'>): Promise<Receipt> {
    const outcome = await admitAction(this.#parts, action, { ...given, parent: this.#parent });
    if (isNoobleError(outcome)) throw outcome;
    return outcome;
  }

  async #setPaused(
    target: PauseTarget,
    { verb, admission }: { verb: 'pause' | 'resume'; admission: boolean },
  ): Promise<void> {
    const { domain, tenantId } = typeof target === 'string' ? { domain: target } : target;
    if (tenantId !== undefined) assertTenantId(tenantId);
    const who = tenantId === undefined ? {} : { tenantId };
    const keyspaces = await this.#keyspaces(domain);
    const paused = tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
    const attempted = `${verb} domain "${domain}"`;
    for (const each of paused) {
      const call = pauseCall(each, { ...who, verb, admission });
      const isDone = readPaused(await ask(this.#parts.redis, call, attempted));
      if (!isDone) throw new QueuePausedError({ domain, attempted });
    }
  }

  async #keyspaces(domain: string): Promise<DomainKeyspaces> {
    assertDomain(domain);
    return this.#parts.partitions.lookAgain(domain);
  }

  /** Where an action may be: in the partition of its tenant, or in any. */
  async #keyspacesOf(ref: ActionRef): Promise<readonly Keyspace[]> {
    assertActionId(ref.actionId);
    const tenantId = this.#tenantOf(ref);
    const keyspaces = await this.#keyspaces(ref.domain);
    return tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
  }

  /** Whoever acts for one tenant sees only what is that tenant's. */
  #tenantOf({ tenantId = this.#parent?.tenantId }: ActionRef): string | undefined {
    if (tenantId !== undefined) assertTenantId(tenantId);
    return tenantId;
  }
}

/** One that is malformed, or whose tenant the directory fails to resolve, keeps none of the others back. */
function refusal(error: unknown): NoobleError {
  return isNoobleError(error) ? error : fromWireError(toWireError(error));
}
