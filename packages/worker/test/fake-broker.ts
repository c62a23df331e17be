import { RedisUnavailableError } from '@nooble/errors';
import { encodeAction, type DomainAction } from '@nooble/models';
import type {
  ClaimedAction,
  ClaimResult,
  ClaimRequest,
  EmittedChunks,
  EmitResult,
  Lease,
  QueueBroker,
  Settlement,
  SettleAnswer,
  SettleAnswers,
  SettleResult,
  Wait,
  Word,
} from '@nooble/queue';

type Facts = Partial<Omit<ClaimedAction, 'lease'>> & { readonly lease?: Partial<Lease> };

/** A FIFO queue in memory whose leases are lost only if a test says so. */
export class FakeBroker implements QueueBroker {
  readonly domain: string;
  readonly leaseMs: number;
  /** All requests, in order. */
  readonly claims: ClaimRequest[] = [];
  readonly settled: Settlement[] = [];
  readonly released: ClaimedAction[] = [];
  readonly waits: { readonly timeoutMs: number; readonly takesToken: boolean }[] = [];
  readonly emitted: EmittedChunks[] = [];
  readonly renewals: (readonly Lease[])[] = [];
  closed = false;
  down = false;
  dueInMs: number | undefined;
  /** Decides the result of a settlement. If it throws, the settlement is refused. */
  onSettle: (settlement: Settlement) => SettleResult = () => 'ok';
  /** Runs before a claim returns. */
  beforeClaim: () => Promise<void> = async () => {};
  ping: () => Promise<void> = async () => this.#reach('ping');
  readonly #waiting: ClaimedAction[] = [];
  readonly #servesReleased: boolean;
  readonly #lost = new Set<string>();
  #tokens = 0;
  #wake: () => void = () => {};
  #tell: (word: Word) => void = () => {};

  /** Set `servesReleased` to false in a test that only looks at what is released. */
  constructor({ domain = 'embedding', leaseMs = 30_000, servesReleased = true } = {}) {
    this.#servesReleased = servesReleased;
    this.domain = domain;
    this.leaseMs = leaseMs;
  }

  add(action: DomainAction, facts: Facts = {}): void {
    const { actionId, tenantId, tenantTier } = action;
    const token = String((this.#tokens += 1));
    const deadline = performance.now() + 60_000;
    const lease = { actionId, tenantId, tier: tenantTier, token, deadline, ...facts.lease };
    const counts = {
      failures: 0,
      stalls: 0,
      redrives: 0,
      suspect: false,
      waitedMs: 0,
      retainMs: 0,
      throttledMs: 0,
      unhandledMs: 0,
    };
    this.#waiting.push({ envelope: encodeAction(action), ...counts, ...facts, lease });
    this.#wake();
  }

  lose(actionId: string): void {
    this.#lost.add(actionId);
  }

  async claim(request: ClaimRequest): Promise<ClaimResult> {
    this.claims.push(request);
    await this.beforeClaim();
    this.#reach('claim');
    const settled = this.#settle(request.settlements ?? []);
    const claimed = this.#waiting.splice(0, request.slots);
    return this.dueInMs === undefined
      ? { claimed, settled }
      : { claimed, settled, dueInMs: this.dueInMs };
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleAnswers> {
    this.#reach('settle');
    return this.#settle(settlements);
  }

  async renew(leases: readonly Lease[]): Promise<readonly Lease[]> {
    this.#reach('renew');
    this.renewals.push(leases);
    return leases
      .filter(({ actionId }) => !this.#lost.has(actionId))
      .map((lease) => ({ ...lease, deadline: lease.deadline + this.leaseMs }));
  }

  /** Decides the result of an emit. */
  onEmit: (chunks: EmittedChunks) => Promise<EmitResult> = async () => ({
    held: true,
    followers: [],
  });

  async emit(chunks: EmittedChunks): Promise<EmitResult> {
    this.#reach('emit');
    this.emitted.push(chunks);
    return this.onEmit(chunks);
  }

  async release(claimed: readonly ClaimedAction[]): Promise<void> {
    this.#reach('release');
    this.released.push(...claimed);
    if (this.#servesReleased) this.#waiting.unshift(...claimed);
  }

  /** Sends the word that an action was cancelled. */
  cancel({ actionId, token }: Pick<Lease, 'actionId' | 'token'>): void {
    this.#tell({ verb: 'cancel', actionId, details: [token] });
  }

  onWord(listener: (word: Word) => void): void {
    this.#tell = listener;
  }

  async waitForWork({ timeoutMs, signal, takesToken = true }: Wait): Promise<boolean> {
    this.waits.push({ timeoutMs, takesToken });
    this.#reach('wait');
    if (takesToken && this.#waiting.length > 0) return true;
    return new Promise((resolve) => {
      this.#wake = () => resolve(true);
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
  }

  warnings(): readonly string[] {
    return [];
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  #settle(settlements: readonly Settlement[]): SettleAnswers {
    return new Map(settlements.map((each) => [each, this.#answer(each)]));
  }

  #answer(settlement: Settlement): SettleAnswer {
    if (this.#lost.has(settlement.claimed.lease.actionId)) return 'lost';
    try {
      const answer = this.onSettle(settlement);
      if (answer !== 'unsent') this.settled.push(settlement);
      return answer;
    } catch (error) {
      return { refused: error };
    }
  }

  #reach(attempted: string): void {
    if (this.down) throw new RedisUnavailableError({ attempted });
  }
}
