import { ChargesModel } from './charges-model.ts';

/** An action as seen by the scheduler. */
export interface ModelAction {
  readonly id: string;
  readonly tenant: string;
  /** Priority of the tier, 1 to 4. */
  readonly tier: number;
  readonly cost: number;
  readonly sequence?: string;
}

export interface ModelTenant {
  readonly weight: number;
  /** Maximum number of running actions, across tiers; `null` for no cap. */
  readonly cap: number | null;
}

export interface ModelOrder {
  readonly mode: 'strict' | 'weighted';
  readonly floor: number;
  /** Shares of the tiers 1 to 4. */
  readonly weights: readonly number[];
  /** @default 'turns' */
  readonly share?: 'turns' | 'time';
}

/** One tier: start-time fair queueing among its tenants. */
class ModelTier {
  /** V: the start tag of the last turn. */
  virtualTime = 0;
  /** Tenant → start tag, for tenants that may be served. */
  readonly ready = new Map<string, number>();
  /** Tenant → finish tag, for tenants that left. */
  readonly parked = new Map<string, number>();
  readonly queues = new Map<string, ModelAction[]>();
  lastService = 0;
  startTag = 0;

  /** A tenant is ready iff its queue is not empty and nothing holds it. */
  place(tenant: string, isHeld: boolean): void {
    const mayBeServed = (this.queues.get(tenant)?.length ?? 0) > 0 && !isHeld;
    const tag = this.ready.get(tenant);
    if (mayBeServed && tag === undefined) {
      this.ready.set(tenant, Math.max(this.virtualTime, this.parked.get(tenant) ?? 0));
      this.parked.delete(tenant);
    }
    if (mayBeServed || tag === undefined) return;
    this.ready.delete(tenant);
    this.parked.set(tenant, tag);
    if (this.ready.size > 0) return;
    this.virtualTime = Math.max(this.virtualTime, ...this.parked.values());
    this.parked.clear();
  }

  /** Corrects a charge once the duration is known: adds to the tag, or subtracts from it, never below V. */
  correct(tenant: string, by: number): void {
    if (by < 0) return this.giveBack(tenant, -by);
    const tag = this.ready.get(tenant);
    if (tag !== undefined) this.ready.set(tenant, tag + by);
    else if (this.ready.size > 0) {
      this.parked.set(tenant, Math.max(this.virtualTime, this.parked.get(tenant) ?? 0) + by);
    }
  }

  giveBack(tenant: string, amount: number): void {
    for (const tags of [this.ready, this.parked]) {
      const tag = tags.get(tenant);
      if (tag !== undefined)
        tags.set(tenant, Math.min(tag, Math.max(this.virtualTime, tag - amount)));
    }
  }
}

/** The rules of the section "Claim: who is next", one turn at a time, regardless of speed. */
export class SchedulerModel {
  readonly #tiers = [1, 2, 3, 4].map(() => new ModelTier());
  readonly #order: ModelOrder;
  readonly #tenants: Readonly<Record<string, ModelTenant>>;
  readonly #running = new Map<string, ModelAction>();
  readonly #cancelled = new Set<string>();
  readonly #isLive: (action: ModelAction) => boolean;
  readonly #paused = new Set<string>();
  readonly #capped = new Set<string>();
  readonly #throttled = new Set<string>();
  #domainPaused = false;
  /** Running actions whose handlers only wait: they have no slot. */
  readonly #waiting = new Set<string>();
  readonly charges: ChargesModel;
  /** Tier and tenant of the queues in which this claim found nothing to run. */
  readonly #emptied = new Set<string>();
  #services = 0;
  #clock = 0;
  #nowMs = 0;

  /** `isLive` returns false for an action in a queue that must not run any more; it is dropped. */
  constructor(
    order: ModelOrder,
    tenants: Readonly<Record<string, ModelTenant>>,
    isLive = (_action: ModelAction): boolean => true,
  ) {
    this.#order = order;
    this.charges = new ChargesModel(order.share === 'time');
    this.#tenants = tenants;
    this.#isLive = isLive;
  }

  /** Ids of the running actions, in the order of their claim. */
  get running(): readonly string[] {
    return [...this.#running.keys()];
  }

  /** Ids of the waiting actions. */
  get waiting(): readonly string[] {
    const queued = this.#tiers.flatMap(({ queues }) => [...queues.values()].flat());
    return queued.map(({ id }) => id).filter((id) => !this.#cancelled.has(id));
  }

  /** Start tags of the tenants of a tier that may be served. */
  tagsOf(tier: number): ReadonlyMap<string, number> {
    return this.#tier(tier).ready;
  }

  /** Virtual times: of all tiers together, of each tier, and V of each tier for its tenants. */
  get times() {
    const tiers = this.#tiers.map(({ virtualTime, lastService, startTag }) => ({
      virtualTime,
      lastService,
      startTag,
    }));
    return { services: this.#services, clock: this.#clock, tiers };
  }

  /** Number of tenants with a queue in a tier, served or held. */
  queuesIn(tier: number): number {
    return [...this.#tier(tier).queues.values()].filter((queue) => queue.length > 0).length;
  }

  enqueue(action: ModelAction, place: 'head' | 'tail' = 'tail'): void {
    if (place === 'head') return this.#putFirst(action);
    this.#queueOf(action).push(action);
    this.#place(action.tenant);
  }

  /** `beforeLeaving` may enqueue: a tenant whose queue it fills again keeps its place. */
  claim(slots: number, nowMs = 0, beforeLeaving = (): void => undefined): string[] {
    this.#nowMs = nowMs;
    const claimed: string[] = [];
    /** At equal tags, tenants not yet served by this claim go first. */
    const served = new Map<string, number>();
    while (claimed.length < slots && !this.#domainPaused) {
      const tier = this.#nextTier();
      if (tier === undefined) break;
      const action = this.#serve(tier, served);
      if (action) claimed.push(action.id);
    }
    this.#emptied.clear();
    beforeLeaving();
    // A tenant whose queue a claim empties leaves at the end of the claim, capped if it reached its cap.
    for (const tier of this.#tiers) {
      for (const tenant of tier.queues.keys()) this.#place(tenant);
    }
    return claimed;
  }

  /** Returns true if a tenant may run one more action. */
  hasRoom(tenant: string): boolean {
    return !this.#isHeld(tenant) && !this.isAtCap(tenant);
  }

  /** Returns true if a tenant runs as many actions as its cap permits. */
  isAtCap(tenant: string): boolean {
    const { cap } = this.#tenant(tenant);
    return cap !== null && this.#runningOf(tenant) >= cap;
  }

  /** Runs an action outside the order of its tier, without a charge. */
  runApart(action: ModelAction, nowMs = 0): void {
    this.#running.set(action.id, action);
    this.charges.begin(action, nowMs);
  }

  /** The handler of an action gives up its slot. */
  suspend(id: string, nowMs = 0): void {
    const action = this.#running.get(id);
    if (!action) return;
    this.charges.learn(action, nowMs);
    this.#waiting.add(id);
    this.#uncap(action.tenant);
  }

  /** Gives a handler that waited its slot again, also beyond the cap of its tenant. */
  resume(id: string, nowMs = 0): void {
    const action = this.#running.get(id);
    if (!action) return;
    this.#waiting.delete(id);
    this.charges.resume(action, nowMs);
  }

  settle(id: string, nowMs = 0): void {
    const action = this.#running.get(id);
    if (!action) return;
    this.charges.learn(action, nowMs);
    this.#end(action);
  }

  /** Returns an action to the head of its queue and refunds its charge, unless its handler waits: it has used its turn. */
  release(id: string, nowMs = 0): void {
    const action = this.#running.get(id);
    if (!action) return;
    this.#putFirst(action);
    const weight = this.#tenant(action.tenant).weight;
    const hasUsedIt = this.charges.has(id) || this.#waiting.has(id);
    if (!hasUsedIt) this.#tier(action.tier).giveBack(action.tenant, action.cost / weight);
    this.settle(id, nowMs);
  }

  /** Returns an action to the head of its queue; its charge stays. */
  reclaim(id: string): void {
    const action = this.#running.get(id);
    if (!action) return;
    this.#putFirst(action);
    this.#end(action);
  }

  /** The lease is over; the duration is unknown. */
  giveUp(id: string): void {
    const action = this.#running.get(id);
    if (action) this.#end(action);
  }

  /** Charges a running action for its time so far. */
  renew(id: string, nowMs: number): void {
    const action = this.#running.get(id);
    if (action) this.charges.chargeFurther(action, nowMs);
  }

  /** At the end of a call, once every tenant has its place. */
  writeCorrections(): void {
    for (const { tier, tenant, us } of this.charges.takeCorrections()) {
      this.#tier(tier).correct(tenant, us / 1_000_000 / this.#tenant(tenant).weight);
    }
  }

  /** The queue keeps its element until a claim meets it. */
  cancel(id: string): void {
    if (!this.#running.has(id)) this.#cancelled.add(id);
  }

  /** Releases a tenant that is now below its cap. */
  capChanged(tenant: string): void {
    if (this.#capped.has(tenant) && !this.isAtCap(tenant)) this.#uncap(tenant);
  }

  setPaused(tenant: string, paused: boolean): void {
    if (paused) this.#paused.add(tenant);
    else this.#paused.delete(tenant);
    this.#place(tenant);
  }

  setThrottled(tenant: string, throttled: boolean): void {
    if (throttled) this.#throttled.add(tenant);
    else this.#throttled.delete(tenant);
    this.#place(tenant);
  }

  setDomainPaused(paused: boolean): void {
    this.#domainPaused = paused;
  }

  /** Serves the tenant with the lowest tag; undefined if it turns out that it cannot be served. */
  #serve(tierNumber: number, served: Map<string, number>): ModelAction | undefined {
    const tier = this.#tier(tierNumber);
    const rankOf = (tenant: string): number => served.get(`${tierNumber} ${tenant}`) ?? 0;
    const [first] = this.#servable(tierNumber).sort(
      ([a, tagA], [b, tagB]) => tagA - tagB || rankOf(a) - rankOf(b) || (a < b ? -1 : 1),
    );
    if (!first) return undefined;
    const [tenant, tag] = first;
    const { weight } = this.#tenant(tenant);
    if (this.isAtCap(tenant)) {
      this.#capped.add(tenant);
      this.#place(tenant);
      return undefined;
    }
    const action = this.#takeLive(tier, tenant);
    if (action) {
      this.#running.set(action.id, action);
      tier.virtualTime = tag;
      this.charges.begin(action, this.#nowMs);
      const charge = this.charges.charge(action);
      tier.ready.set(tenant, tag + charge / weight);
      this.#noteService(tierNumber, charge);
      served.set(`${tierNumber} ${tenant}`, this.#services);
    } else this.#emptied.add(`${tierNumber} ${tenant}`);
    return action;
  }

  #servable(tierNumber: number): [string, number][] {
    const { ready } = this.#tier(tierNumber);
    return [...ready].filter(([tenant]) => !this.#emptied.has(`${tierNumber} ${tenant}`));
  }

  #end({ id, tenant }: ModelAction): void {
    this.#running.delete(id);
    this.charges.forget(id);
    if (!this.#waiting.delete(id)) this.#uncap(tenant);
  }

  #takeLive({ queues }: ModelTier, tenant: string): ModelAction | undefined {
    const queue = queues.get(tenant) ?? [];
    for (;;) {
      const action = queue.shift();
      if (!action) return undefined;
      if (!this.#cancelled.has(action.id) && this.#isLive(action)) return action;
    }
  }

  #nextTier(): number | undefined {
    const { mode, floor } = this.#order;
    const isFloorTurn = floor > 0 && (this.#services + 1) % floor === 0;
    const rank = (tier: number): number => {
      if (mode === 'weighted') return this.#startOf(tier);
      return isFloorTurn ? this.#tier(tier).lastService : tier;
    };
    const waiting = [4, 3, 2, 1].filter((tier) => this.#servable(tier).length > 0);
    // The sort is stable: tiers with equal rank keep their order, lower number first.
    return waiting.sort((a, b) => rank(a) - rank(b))[0];
  }

  #noteService(tierNumber: number, cost: number): void {
    const tier = this.#tier(tierNumber);
    this.#services += 1;
    tier.lastService = this.#services;
    this.#clock = this.#startOf(tierNumber);
    tier.startTag = this.#clock + cost / (this.#order.weights[tierNumber - 1] ?? 1);
  }

  #startOf(tier: number): number {
    return Math.max(this.#tier(tier).startTag, this.#clock);
  }

  #uncap(tenant: string): void {
    this.#capped.delete(tenant);
    this.#place(tenant);
  }

  #place(tenant: string): void {
    for (const tier of this.#tiers) tier.place(tenant, this.#isHeld(tenant));
  }

  #isHeld(tenant: string): boolean {
    return [this.#paused, this.#capped, this.#throttled].some((held) => held.has(tenant));
  }

  #putFirst(action: ModelAction): void {
    this.#queueOf(action).unshift(action);
    this.#place(action.tenant);
  }

  #runningOf(tenant: string): number {
    const own = [...this.#running.values()].filter((action) => action.tenant === tenant);
    return own.filter(({ id }) => !this.#waiting.has(id)).length;
  }

  #queueOf({ tier, tenant }: ModelAction): ModelAction[] {
    const { queues } = this.#tier(tier);
    const queue = queues.get(tenant) ?? [];
    queues.set(tenant, queue);
    return queue;
  }

  #tier(tier: number): ModelTier {
    const found = this.#tiers[tier - 1];
    if (!found) throw new RangeError(`Unknown tier ${tier}`);
    return found;
  }

  #tenant(tenant: string): ModelTenant {
    return this.#tenants[tenant] ?? { weight: 1, cap: null };
  }
}
