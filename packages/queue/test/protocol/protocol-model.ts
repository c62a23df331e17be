import type { Hold } from '../../src/broker.ts';
import { SequenceModel } from '../sequence-model.ts';
import { SchedulerModel, type ModelOrder, type ModelTenant } from '../scheduler-model.ts';
import { inOrder, type Claim, type Ending, type NewAction, type StoredAction } from './action.ts';
import { AdmissionModel, type ModelLimits, type Refusal } from './admission-model.ts';
import { HistoryModel } from './history-model.ts';
import type { StoredJournal } from './journal-model.ts';
import { CallerModel, OutboxModel } from './outbox-model.ts';
import { HoldsModel } from './holds-model.ts';
import { RevokedModel } from './revoked-model.ts';
import { StreamsModel } from './streams-model.ts';
import { WorkerModel } from './worker-model.ts';

/** A tenant in its directory. */
export interface TenantSetting {
  /** Priority of the tier, 1 to 4. */
  readonly tier: number;
  readonly weight: number;
  readonly cap: number | null;
  readonly limits: ModelLimits;
}

/** A stored ending, of an action with `retainMs`. */
interface KeptEnding {
  readonly tenant: string;
  readonly ending: Ending;
  readonly untilMs: number;
}

/** Constants of a sequence. */
export interface Setting {
  readonly order: ModelOrder;
  readonly maxStalls: number;
  readonly tenants: Readonly<Record<string, TenantSetting>>;
  readonly keepsHistory: boolean;
}

export type Receipt =
  | { readonly accepted: string; readonly notBeforeMs?: number }
  | { readonly duplicate: string }
  | { readonly refused: Refusal };

/** Record of an action without attempts. */
const FRESH = {
  failures: 0,
  stalls: 0,
  throttledSinceMs: 0,
  unhandledSinceMs: 0,
  isCancelled: false,
};

const WITHOUT_JOURNAL = {
  hasRun: false,
  hasJournal: false,
  waits: false,
  isAnswered: false,
  isParked: false,
};

export const LEASE_MS = 30_000;
export const WORKERS = [0, 1] as const;

/**
 * The state of a domain and its possible transitions, in plain collections. The operations of a round trip (claim, settle,
 * tick) are in separate files and work on it.
 */
export class ProtocolModel {
  nowMs: number;
  readonly maxStalls: number;
  readonly tenants: Record<string, TenantSetting>;
  readonly actions = new Map<string, StoredAction>();
  readonly admission = new AdmissionModel();
  readonly scheduler: SchedulerModel;
  readonly sequences = new SequenceModel<StoredAction>();
  readonly outbox = new OutboxModel();
  readonly caller = new CallerModel();
  readonly streams = new StreamsModel();
  readonly history: HistoryModel;
  readonly workers = WORKERS.map(() => new WorkerModel());
  /** Ids of all actions ever enqueued. */
  readonly known = new Set<string>();
  /** All claims that a worker received. */
  readonly claims: Claim[] = [];
  readonly revoked = new RevokedModel();
  /** By action id; also of ended actions, until it expires. */
  readonly journals = new Map<string, StoredJournal>();
  readonly holds = new HoldsModel();
  /** Actions on their last permitted stall, in their order. Cancelled ones leave when they are met. */
  suspects: StoredAction[] = [];
  paused: false | 'serving' | 'admission' = false;
  /** True if idle workers must find a token. */
  owesToken = false;
  deadDropped = 0;
  reclaimed = 0;
  /** Time of the last check of leases, and time before which none is reclaimed. */
  lookedMs = 0;
  graceMs = 0;
  /** Weight and cap, as of its last admission, of each tenant with stored actions. */
  readonly profiles: Record<string, ModelTenant> = {};
  /** Actions met by the current claim too late to start. */
  expired: StoredAction[] = [];
  readonly #kept = new Map<string, KeptEnding>();
  #since = 0;

  constructor({ order, maxStalls, tenants, keepsHistory }: Setting, nowMs: number) {
    this.history = new HistoryModel(keepsHistory);
    this.nowMs = nowMs;
    this.maxStalls = maxStalls;
    this.tenants = { ...tenants };
    this.scheduler = new SchedulerModel(order, this.profiles, (action) =>
      this.mayStart(action as StoredAction),
    );
  }

  worker(index: number): WorkerModel {
    const worker = this.workers[index];
    if (!worker) throw new Error(`Unknown worker ${index}`);
    return worker;
  }

  enqueue(action: NewAction): Receipt {
    const { tenant, delayMs } = action;
    const setting = this.settingOf(tenant);
    this.known.add(action.id);
    const owner = this.actions.get(action.id)?.tenant;
    if (owner !== undefined && owner !== tenant) return { refused: { code: 'TENANT_MISMATCH' } };
    const twin = owner === undefined ? this.admission.twinOf(action, this.nowMs) : action.id;
    if (twin !== undefined) return { duplicate: twin };
    const depth = this.inState('waiting', 'delayed').filter((a) => a.tenant === tenant).length;
    const verdict = this.admission.judge(action, { ...setting, nowMs: this.nowMs, depth });
    if (typeof verdict !== 'number') return { refused: verdict };
    const atMs = Math.max(verdict, this.nowMs + delayMs);
    this.#setProfile(tenant, setting);
    this.scheduler.capChanged(tenant);
    const counters = { redrives: 0, ...FRESH, ...WITHOUT_JOURNAL };
    const stored: StoredAction = {
      ...action,
      ...counters,
      hasRun: action.sequence !== undefined,
      state: 'waiting',
      since: 0,
      sinceMs: 0,
      atMs,
    };
    this.actions.set(action.id, stored);
    this.#kept.delete(action.id);
    this.arrive(stored);
    if (atMs <= this.nowMs) {
      this.#enter(stored);
      return { accepted: action.id };
    }
    this.delay(stored, atMs);
    return { accepted: action.id, notBeforeMs: atMs };
  }

  /** Delays an action until a time, or until its expiry if that is earlier. A new earliest time needs a token. */
  delay(action: StoredAction, dueMs: number): void {
    const atMs = action.expiresMs > 0 ? Math.min(dueMs, action.expiresMs) : dueMs;
    Object.assign(action, { state: 'delayed', atMs, hasRun: true });
    if (inOrder(this.actions.values(), 'delayed')[0] === action) this.wake();
  }

  /** Moves an action to the suspects, to run alone. */
  suspect(action: StoredAction): void {
    this.suspects.push(action);
    this.wake();
  }

  /** Adds a token, because something can be done that could not before. */
  wake(): void {
    if (this.paused === false) this.owesToken = true;
  }

  /** Notifies the recipient, if any; returns the callback id. */
  tell(action: StoredAction, ending: Ending, dueMs: number): string | undefined {
    const callbackId = this.outbox.send(action, ending, dueMs);
    if (callbackId !== undefined) this.wake();
    return callbackId;
  }

  /** Adds an action at the end of its queue. */
  arrive(action: StoredAction): void {
    this.#since += 1;
    action.since = this.#since;
    action.sinceMs = this.nowMs;
    action.state = 'waiting';
  }

  /** Adds an action that has arrived to its queue, unless it is blocked in its sequence. */
  #enter(action: StoredAction): void {
    if (action.sequence === undefined || this.sequences.join(action))
      this.scheduler.enqueue(action);
  }

  /** The same for a step that may change several sequences: `endStep` adds those that lead. */
  enterLater(action: StoredAction): void {
    if (action.sequence === undefined) return this.scheduler.enqueue(action);
    this.sequences.note(action);
    this.sequences.join(action);
  }

  /** Lets the first action of each changed sequence lead. */
  endStep(): void {
    for (const action of this.sequences.endStep()) this.scheduler.enqueue(action);
  }

  /** Ends the actions that a claim met too late, and those right behind them in their sequences. */
  endExpired(): void {
    for (const action of this.expired.splice(0)) {
      const behind = action.sequence === undefined ? [] : this.sequences.behind(action);
      const live = behind.findIndex((each) => !this.#isExpired(each));
      const overdue = live < 0 ? behind : behind.slice(0, live);
      for (const each of [action, ...overdue]) this.finish(each, 'expired');
    }
    this.endStep();
  }

  #isExpired({ expiresMs }: StoredAction): boolean {
    return expiresMs > 0 && expiresMs <= this.nowMs;
  }

  /** Returns true if an action may start now. Sets aside one that is past its expiry. */
  mayStart(action: StoredAction): boolean {
    if (this.actions.get(action.id) !== action) return false;
    if (!this.#isExpired(action)) return true;
    this.expired.push(action);
    return false;
  }

  /** True for an action on its last permitted stall. */
  isSuspect({ stalls }: StoredAction): boolean {
    return stalls > 0 && stalls >= this.maxStalls;
  }

  /** Ends an action that has not started: notifies its caller, and frees its key if it never ran. */
  finish(action: StoredAction, ending: 'expired' | 'cancelled'): void {
    this.tell(action, ending, this.nowMs);
    this.history.end(action, ending, { nowMs: this.nowMs, settled: false, ran: false });
    this.streams.end(action, ending, this.nowMs);
    this.keep(action, ending);
    const { failures, stalls, redrives, throttledSinceMs, hasJournal } = action;
    const mayHaveRun = failures + stalls + redrives + throttledSinceMs > 0 || hasJournal;
    if (!mayHaveRun) this.admission.freeKey(action);
    this.journals.delete(action.id);
    this.sequences.leave(action);
    this.actions.delete(action.id);
  }

  /** Ends an action that was cancelled while it ran, without its worker. */
  endCancelled(action: StoredAction): void {
    this.tell(action, 'cancelled', this.nowMs);
    this.history.end(action, 'cancelled', { nowMs: this.nowMs, settled: false, ran: true });
    this.streams.end(action, 'cancelled', this.nowMs);
    this.keep(action, 'cancelled');
    this.remove(action);
  }

  /** Removes an action that may have run, with its journal. */
  remove(action: StoredAction): void {
    if (action.hasJournal) this.journals.delete(action.id);
    this.sequences.leave(action);
    this.actions.delete(action.id);
  }

  keep({ id, tenant, retainMs }: StoredAction, ending: Ending): void {
    if (retainMs > 0) this.#kept.set(id, { tenant, ending, untilMs: this.nowMs + retainMs });
  }

  /** Returns the state of an action of a tenant, or of any tenant, or its ending if that is kept. */
  stateOf(id: string, of?: string): StoredAction['state'] | Ending | undefined {
    const stored = this.actions.get(id);
    const found = stored ?? this.#kept.get(id);
    if (!found || (of ?? found.tenant) !== found.tenant) return undefined;
    if ('state' in found) return found.state;
    return found.untilMs > this.nowMs ? found.ending : undefined;
  }

  cancel(id: string, of?: string): StoredAction['state'] | Ending | 'cancelling' | 'unknown' {
    const state = this.stateOf(id, of);
    const action = this.actions.get(id);
    if (action && state === 'active') {
      action.isCancelled = true;
      return 'cancelling';
    }
    const isOpen = state === 'waiting' || state === 'delayed';
    if (!action || !isOpen) return state ?? 'unknown';
    if (action.state === 'delayed') this.admission.giveBack(action, this.nowMs);
    this.finish(action, 'cancelled');
    this.endStep();
    this.forgetIdle();
    return 'cancelled';
  }

  /** Its claim is over. */
  endLease(action: StoredAction): void {
    delete action.claim;
    Object.assign(action, { waits: false, isAnswered: false });
  }

  bury(action: StoredAction): void {
    this.streams.end(action, 'dead', this.nowMs);
    action.state = 'dead';
    action.atMs = this.nowMs;
    this.endLease(action);
    this.sequences.leave(action);
  }

  /** Returns letters to their queues in this order with new attempts, or discards them. Returns their number. */
  moveDead(verb: 'redrive' | 'discard', ids: readonly string[]): number {
    const letters = [...new Set(ids)].flatMap((id) => this.actions.get(id) ?? []);
    const dead = letters.filter(({ state }) => state === 'dead');
    for (const action of dead) {
      if (verb === 'discard') this.remove(action);
      else {
        Object.assign(action, { ...FRESH, redrives: action.redrives + 1 });
        this.arrive(action);
        this.enterLater(action);
      }
    }
    this.endStep();
    this.forgetIdle();
    return dead.length;
  }

  setTenantPaused(tenant: string, { paused, admission }: { paused: boolean; admission: boolean }) {
    this.scheduler.setPaused(tenant, paused);
    if (paused && admission) this.admission.suspended.add(tenant);
    else this.admission.suspended.delete(tenant);
    if (!paused) this.lift([tenant]);
  }

  /** Holds a tenant, or the actions of a throttle key. */
  hold(tenant: string, hold: Hold): void {
    this.holds.hold(tenant, hold, this.nowMs);
    if (hold.of === 'tenant') this.scheduler.setThrottled(tenant, true);
  }

  /** Ends the holds of tenants by a limit. */
  lift(tenants: readonly string[]): void {
    for (const tenant of tenants) {
      this.holds.tenants.delete(tenant);
      this.scheduler.setThrottled(tenant, false);
    }
    if (tenants.length > 0 && this.suspects.length > 0) this.wake();
  }

  setDomainPaused(paused: ProtocolModel['paused']): void {
    this.paused = paused;
    this.admission.closed = paused === 'admission';
    this.scheduler.setDomainPaused(paused !== false);
    this.wake();
  }

  inState(...states: StoredAction['state'][]): StoredAction[] {
    return [...this.actions.values()].filter(({ state }) => states.includes(state));
  }

  settingOf(tenant: string): TenantSetting {
    const setting = this.tenants[tenant];
    if (!setting) throw new Error(`Unknown tenant ${tenant}`);
    return setting;
  }

  /** Drops tenants without stored actions. */
  forgetIdle(): void {
    const busy = new Set([...this.actions.values()].map(({ tenant }) => tenant));
    for (const tenant of Object.keys(this.profiles)) {
      if (!busy.has(tenant)) delete this.profiles[tenant];
    }
    for (const tenant of this.scheduler.charges.paces.keys()) {
      if (!busy.has(tenant)) this.scheduler.charges.paces.delete(tenant);
    }
  }

  #setProfile(tenant: string, { weight, cap }: TenantSetting): void {
    if (weight === 1 && cap === null) delete this.profiles[tenant];
    else this.profiles[tenant] = { weight, cap };
  }
}
