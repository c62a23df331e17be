import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import type { ClaimedAction } from '../../src/broker.ts';
import { createBroker } from '../../src/claiming/partitioned-broker.ts';
import type { SCRIPTS } from '../../src/generated/scripts.ts';
import { DomainQueueManager } from '../../src/manager.ts';
import { actionOf, NO_LIMITS, openPool } from '../fixture.ts';
import { Stored } from '../stored.ts';
import { MovedTime } from './moved-time.ts';

vi.mock('../../src/generated/scripts.ts', async (original) => {
  const { onMovedTime } = await import('./scripts-on-moved-time.ts');
  const { SCRIPTS: scripts } = await original<{ SCRIPTS: typeof SCRIPTS }>();
  return { SCRIPTS: onMovedTime(scripts) };
});

afterEach(() => void vi.restoreAllMocks());

/** A tenant that always has work, and the durations of its handlers in turn (ms). */
interface Flood {
  readonly weight: number;
  readonly takesMs: readonly number[];
}

interface Run {
  readonly claimed: ClaimedAction;
  readonly sinceMs: number;
  readonly endsMs: number;
}

const flood: fc.Arbitrary<Flood> = fc.record({
  weight: fc.constantFrom(1, 1, 2, 0.5),
  takesMs: fc.array(fc.constantFrom(5, 10, 100, 1_000, 5_000), { minLength: 1, maxLength: 4 }),
});

/** A domain whose slots are always full. Time moves from the end of one handler to the next. */
class Domain {
  /** Slot time by tenant (ms). */
  readonly heldMs: number[];
  readonly #floods: readonly Flood[];
  readonly #slots: number;
  readonly #prefix = `test-${randomUUID()}`;
  readonly #queues;
  readonly #broker;
  readonly #time;
  readonly #starts: number[];
  #running: Run[] = [];

  constructor(floods: readonly Flood[], slots: number) {
    const redis = openPool();
    const prefix = this.#prefix;
    const directory = {
      resolve: (tenantId: string) => {
        const weight = floods[Number(tenantId.slice(1))]?.weight ?? 1;
        return { tier: 'professional', weight } as const;
      },
    };
    this.#floods = floods;
    this.#slots = slots;
    this.heldMs = floods.map(() => 0);
    this.#starts = floods.map(() => 0);
    this.#queues = new DomainQueueManager({ redis, prefix, tiers: NO_LIMITS, directory });
    this.#broker = createBroker({ domain: 'embedding', redis, prefix, share: 'time' });
    this.#time = new MovedTime(1_800_000_000_000, [new Stored(redis, prefix, 'embedding')], prefix);
  }

  async start(): Promise<void> {
    await this.#time.start();
    // More than one claim can take, so that every tenant always has work.
    const tenants = this.#floods.flatMap((_, at) =>
      Array.from({ length: this.#slots + 1 }, () => at),
    );
    await this.#enqueue(tenants);
    await this.#fill();
  }

  /** Moves time to the next end of a handler, whose slot then takes another action. */
  async step(): Promise<void> {
    const nextMs = Math.min(...this.#running.map(({ endsMs }) => endsMs));
    await this.#time.forward(nextMs - this.#time.nowMs);
    const ended = this.#running.filter(({ endsMs }) => endsMs === nextMs);
    this.#running = this.#running.filter(({ endsMs }) => endsMs > nextMs);
    const outcome = { status: 'done' } as const;
    await this.#broker.settle(ended.map(({ claimed }) => ({ claimed, outcome })));
    for (const { claimed, sinceMs } of ended) this.#hold(claimed, nextMs - sinceMs);
    await this.#enqueue(ended.map(({ claimed }) => indexOf(claimed)));
    await this.#fill();
  }

  /** Slot time of every tenant, including running actions (ms). */
  soFar(): number[] {
    const held = [...this.heldMs];
    for (const { claimed, sinceMs } of this.#running) {
      const at = indexOf(claimed);
      held[at] = (held[at] ?? 0) + this.#time.nowMs - sinceMs;
    }
    return held;
  }

  async #enqueue(tenants: readonly number[]): Promise<void> {
    await this.#queues.enqueueMany(tenants.map((at) => actionOf({ tenantId: `t${at}` })));
  }

  async #fill(): Promise<void> {
    const { claimed } = await this.#broker.claim({ slots: this.#slots - this.#running.length });
    const sinceMs = this.#time.nowMs;
    this.#running.push(
      ...claimed.map((each) => ({ claimed: each, sinceMs, endsMs: sinceMs + this.#takesMs(each) })),
    );
    expect(this.#running).toHaveLength(this.#slots);
  }

  #takesMs(claimed: ClaimedAction): number {
    const at = indexOf(claimed);
    const takesMs = this.#floods[at]?.takesMs ?? [];
    const start = this.#starts[at] ?? 0;
    this.#starts[at] = start + 1;
    return takesMs[start % takesMs.length] ?? 1;
  }

  #hold(claimed: ClaimedAction, ms: number): void {
    const at = indexOf(claimed);
    this.heldMs[at] = (this.heldMs[at] ?? 0) + ms;
  }
}

function indexOf({ lease }: ClaimedAction): number {
  return Number(lease.tenantId.slice(1));
}

/**
 * Maximum difference between the weighted slot times of two tenants that always have work: the longest run of each, in every
 * slot (ms).
 */
function boundOf(slots: number, a: Flood, b: Flood): number {
  return slots * (Math.max(...a.takesMs) / a.weight + Math.max(...b.takesMs) / b.weight);
}

it('shares slot time by weight, whatever the handlers of a tenant take', async () => {
  const property = fc.asyncProperty(
    fc.array(flood, { minLength: 2, maxLength: 4 }),
    fc.integer({ min: 1, max: 6 }),
    async (floods, slots) => {
      const domain = new Domain(floods, slots);
      await domain.start();
      for (let step = 0; step < 100; step += 1) {
        await domain.step();
        const shares = domain.soFar().map((ms, at) => ms / (floods[at]?.weight ?? 1));
        for (const [at, a] of floods.entries()) {
          for (const [other, b] of floods.entries()) {
            const apart = (shares[at] ?? 0) - (shares[other] ?? 0);
            expect(apart).toBeLessThanOrEqual(boundOf(slots, a, b));
          }
        }
      }
    },
  );
  await fc.assert(property, { numRuns: 15 });
}, 240_000);
