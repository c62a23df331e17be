import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ActionClient } from './action-client.ts';
import { admitAction, checkAction } from './admission/admitting.ts';
import type { AdmitOptions, CheckedAction } from './admission/admitting.ts';
import type { Observers } from './admission/observers.ts';
import { parentOf, type Parent } from './admission/child-register.ts';
import { controlsOf, type Controls } from './inspection/controls.ts';
import { looksOf, type Looks } from './inspection/looks.ts';
import { lookUpTenant } from './admission/directory.ts';
import { assertOpen, assertRuns } from './admission/open-sender.ts';
import { assertForMany } from './admission/enqueue-options.ts';
import type { EnqueueOptions, EnqueueTerms, RunTime } from './admission/enqueue-options.ts';
import type { RunningAction } from './admission/running-action.ts';
import type { LastWork } from './last-work.ts';
import { historiesOf, type Histories } from './recording/histories.ts';
import { openManagerParts } from './manager-options.ts';
import type { QueueManagerOptions, QueueManagerParts } from './manager-options.ts';
import { reportingOf, type Reporting } from './inspection/reporting.ts';
import { TenantQueues } from './tenant-queues.ts';
import { schedulingOf, type Scheduling } from './schedules.ts';
import { senderFields, type TenantTarget } from './tenant-target.ts';
import { rejected } from './admission/receipt.ts';
import type { EnqueueResult, Receipt } from './admission/receipt.ts';

/** Sends actions to domains and operates their queues. Its function fields are groups, each in a file of its concern. */
export class DomainQueueManager implements Controls, Looks, Scheduling, Histories, Reporting {
  readonly cancel: Controls['cancel'];
  readonly signal: Controls['signal'];
  readonly pause: Controls['pause'];
  readonly resume: Controls['resume'];
  readonly deadLetters: Controls['deadLetters'];
  readonly setPartitions: Controls['setPartitions'];
  readonly get: Looks['get'];
  readonly stats: Looks['stats'];
  readonly explain: Looks['explain'];
  readonly workers: Looks['workers'];
  readonly tenantStats: Looks['tenantStats'];
  readonly list: Looks['list'];
  readonly schedule: Scheduling['schedule'];
  readonly unschedule: Scheduling['unschedule'];
  readonly schedules: Scheduling['schedules'];
  readonly sendDueSlots: Scheduling['sendDueSlots'];
  readonly setHistory: Histories['setHistory'];
  readonly endings: Histories['endings'];
  readonly report: Reporting['report'];
  /** Observe what this manager sends, and the replies that its clients receive. */
  readonly observers: Observers;
  readonly #parts: QueueManagerParts;
  readonly #parent: Parent | undefined;

  /** Connects in the background. Throws for invalid options. Only `within` passes `inherited`. */
  constructor(
    options: QueueManagerOptions,
    inherited?: { readonly parts: QueueManagerParts; readonly parent: Parent | undefined },
  ) {
    this.#parts = inherited?.parts ?? openManagerParts(options);
    this.#parent = inherited?.parent;
    const controls = controlsOf(this.#parts, this.#parent?.action);
    this.cancel = controls.cancel;
    this.signal = controls.signal;
    this.pause = controls.pause;
    this.resume = controls.resume;
    this.deadLetters = controls.deadLetters;
    this.setPartitions = controls.setPartitions;
    const looks = looksOf(this.#parts, this.#parent?.action);
    this.get = looks.get;
    this.stats = looks.stats;
    this.explain = looks.explain;
    this.workers = looks.workers;
    this.tenantStats = looks.tenantStats;
    this.list = looks.list;
    const scheduling = schedulingOf(this.#parts, this.#parent?.action);
    this.schedule = scheduling.schedule;
    this.unschedule = scheduling.unschedule;
    this.schedules = scheduling.schedules;
    this.sendDueSlots = scheduling.sendDueSlots;
    ({ setHistory: this.setHistory, endings: this.endings } = historiesOf(this.#parts));
    ({ report: this.report } = reportingOf(this.#parts));
    this.observers = this.#parts.observers;
  }

  get redis(): RedisPool {
    return this.#parts.redis;
  }

  get prefix(): string {
    return this.#parts.prefix;
  }

  /** Work that `close()` waits for. */
  get lastWork(): LastWork {
    return this.#parts.lastWork;
  }

  /** Aborted by `close()`. */
  get closed(): AbortSignal {
    return this.#parts.closing.signal;
  }

  /**
   * Admits one action and stores it: all or nothing. Throws RateLimitError, QueueFullError, QueuePausedError,
   * TenantMismatchError, PayloadTooLargeError, InvalidActionError and ManagerClosedError, and RedisUnavailableError, after which it may or may
   * not have been accepted: sent again it is a duplicate while it is stored, and runs again once it has ended, unless it
   * carries an idempotency key.
   */
  async enqueue(action: DomainAction, options?: EnqueueOptions): Promise<Receipt> {
    assertOpen(this.closed, this.#parent);
    return this.#enqueue(action, { options });
  }

  /** Makes the checks of `enqueue` that need no Redis, for an action that is sent later. Throws what it throws for them. */
  async check(action: DomainAction, options?: EnqueueOptions): Promise<CheckedAction> {
    return checkAction(this.#parts, action, { options, parent: this.#parent });
  }

  /** Admits several actions independently; never throws for a rejected one. Results are in the order of the actions. */
  async enqueueMany(
    actions: readonly DomainAction[],
    options?: Omit<EnqueueTerms, 'idempotencyKey'> & RunTime,
  ): Promise<EnqueueResult[]> {
    assertForMany('actions', actions, options);
    return Promise.all(
      actions.map(async (action) =>
        this.enqueue(action, options).catch((error: unknown) => refusalOf(action, error)),
      ),
    );
  }

  /**
   * Returns a sender for one tenant, which needs only a definition and its data. A manager made by `within` sends for the
   * tenant of its action. Throws InvalidActionError for an invalid name and for a missing tier without a directory, and
   * TenantMismatchError for a tenant other than that of the action.
   */
  tenant(target?: TenantTarget): TenantQueues {
    const { directory, requests } = this.#parts;
    const fields = senderFields(target, this.#parent?.action, directory !== undefined);
    return new TenantQueues(
      {
        assertOpen: () => assertOpen(this.closed, this.#parent),
        assertRuns: () => assertRuns(this.#parent),
        resolve: async (tenantId) => directory && lookUpTenant(tenantId, directory),
        admit: async (action, options, entry) => this.#enqueue(action, { options, entry }),
        client: () => (requests.client ??= new ActionClient({ queues: this.#of(undefined) })),
      },
      fields,
    );
  }

  /**
   * Returns a manager whose actions are children of this one: same task, session, tenant and trace. A worker passes `running`,
   * so that they end with it: cancelled if it is cancelled, expired if it expires. Throws for a value that is no action.
   */
  within(action: DomainAction, running?: RunningAction): DomainQueueManager {
    return this.#of(parentOf(this.#parts, action, running));
  }

  /** Closes the connections, unless the pool was passed in. Idempotent. */
  async close(): Promise<void> {
    if (this.#parent) return;
    this.#parts.closing.abort();
    await this.#parts.lastWork.ended();
    if (this.#parts.ownsRedis) await this.#parts.redis.close();
  }

  /** Parts that several actions share have no parent: they must not act for one of them. */
  #of(parent: Parent | undefined): DomainQueueManager {
    return new DomainQueueManager({ redis: this.redis }, { parts: this.#parts, parent });
  }

  async #enqueue(action: DomainAction, given: Omit<AdmitOptions, 'parent'>): Promise<Receipt> {
    const outcome = await admitAction(this.#parts, action, { ...given, parent: this.#parent });
    if (isNoobleError(outcome)) throw outcome;
    return outcome;
  }
}

function refusalOf(action: DomainAction | null, error: unknown): EnqueueResult {
  const { actionId = '' } = action ?? {};
  return rejected(actionId, error);
}
