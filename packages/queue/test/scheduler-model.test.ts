import { newId, TIERS, tierPriority } from '@nooble/models';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { itemOf } from '../src/admission/admission-item.ts';
import { Admissions } from '../src/admission/admissions.ts';
import { Partitions } from '../src/protocol/partitions.ts';
import type { ClaimedAction } from '../src/broker.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import { audit } from './audit.ts';
import { actionOf, openPool } from './fixture.ts';
import { SequenceModel } from './sequence-model.ts';
import { SchedulerModel, type ModelAction, type ModelTenant } from './scheduler-model.ts';
import { Stored } from './stored.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'] as const;
const WEIGHTS = [8, 4, 2, 1];

const tenant: fc.Arbitrary<ModelTenant> = fc.record({
  weight: fc.constantFrom(1, 1, 1, 2, 0.5, 3),
  cap: fc.constantFrom(null, null, null, 1, 2, 3),
});
const setting = fc.record({
  mode: fc.constantFrom('strict' as const, 'weighted' as const),
  floor: fc.constantFrom(16, 0, 1, 2, 3),
  tenants: fc.record({ a: tenant, b: tenant, c: tenant, d: tenant, e: tenant }),
});

const name = fc.constantFrom(...NAMES);
const pick = fc.nat(1_000);
const commands = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('enqueue' as const),
        tenant: name,
        tier: fc.constantFrom(1, 2, 2, 2, 3, 4),
        cost: fc.constantFrom(1, 1, 1, 2, 0.1, 7),
        count: fc.integer({ min: 1, max: 4 }),
        sequence: fc.constantFrom(undefined, undefined, 'q', 'r'),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('claim' as const),
        slots: fc.integer({ min: 1, max: 6 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'settle' as const,
          'settle' as const,
          'release' as const,
          'cancel' as const,
        ),
        pick,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constantFrom('pause' as const, 'resume' as const),
        tenant: name,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'pause domain' as const,
          'resume domain' as const,
          'resume domain' as const,
        ),
      }),
    },
  ),
  { minLength: 10, maxLength: 40 },
);

type Setting = typeof setting extends fc.Arbitrary<infer Value> ? Value : never;
type Command = typeof commands extends fc.Arbitrary<readonly (infer Value)[]> ? Value : never;

/** Applies the same steps to the model and to the real scripts. */
class Pair {
  readonly model: SchedulerModel;
  readonly sequences = new SequenceModel<ModelAction>();
  readonly #actions = new Map<string, ModelAction>();
  readonly stored: Stored;
  readonly #broker;
  readonly #queues;
  readonly #admissions;
  readonly #tenants;
  readonly #claimed = new Map<string, ClaimedAction>();

  constructor({ mode, floor, tenants }: Setting, redis: ReturnType<typeof openPool>) {
    const prefix = `test-${newId()}`;
    this.model = new SchedulerModel({ mode, floor, weights: WEIGHTS }, tenants);
    this.stored = new Stored(redis, prefix, 'embedding');
    this.#broker = createBroker({ domain: 'embedding', redis, prefix, mode, floor });
    this.#queues = new DomainQueueManager({ redis, prefix });
    this.#admissions = new Admissions({ redis, partitions: new Partitions({ redis, prefix }) });
    this.#tenants = tenants;
  }

  async run(command: Command): Promise<void> {
    switch (command.do) {
      case 'enqueue':
        for (let n = 0; n < command.count; n += 1) await this.#enqueue(actionFrom(command));
        return;
      case 'claim':
        return this.claim(command.slots);
      case 'settle':
      case 'release':
        return this.#end(command.do, command.pick);
      case 'cancel':
        return this.#cancel(command.pick);
      case 'pause':
      case 'resume':
        this.model.setPaused(command.tenant, command.do === 'pause');
        return this.#queues[command.do]({ domain: 'embedding', tenantId: command.tenant });
      case 'pause domain':
      case 'resume domain':
        this.model.setDomainPaused(command.do === 'pause domain');
        return this.#queues[command.do === 'pause domain' ? 'pause' : 'resume']('embedding');
    }
  }

  async claim(slots: number): Promise<void> {
    const { claimed } = await this.#broker.claim({ slots });
    expect(claimed.map(({ lease }) => lease.actionId)).toEqual(this.model.claim(slots));
    for (const each of claimed) this.#claimed.set(each.lease.actionId, each);
  }

  async compareIndexes(): Promise<void> {
    for (const tier of TIERS) {
      expect(await this.stored.ready(tier)).toEqual(this.model.tagsOf(tierPriority(tier)));
    }
    expect(await audit(this.stored)).toEqual([]);
  }

  /** Ids of the actions that wait in their sequence. */
  get blocked(): string[] {
    return [...this.sequences.ids.values()].flatMap(([_leader, ...others]) => others);
  }

  async #enqueue(action: ModelAction): Promise<void> {
    const { weight, cap } = this.#tenants[action.tenant as 'a'];
    const limits = { perMinute: null, perDay: null, maxDepth: null, onLimit: 'reject' } as const;
    const tenantTier = TIERS[action.tier - 1] ?? 'free';
    const { id: actionId, tenant: tenantId, sequence } = action;
    const fields = { actionId, tenantId, tenantTier, ...(sequence !== undefined && { sequence }) };
    const item = itemOf(actionOf(fields), {
      policy: { ...limits, weight, maxActive: cap },
      options: { cost: action.cost },
      maxPayloadBytes: 10_000,
    });
    expect(await this.#admissions.admit('embedding', item)).toEqual({ kind: 'accepted' });
    this.#actions.set(actionId, action);
    if (sequence === undefined || this.sequences.join(action)) this.model.enqueue(action);
  }

  /** Ends an action in the model, and lets the next one of its sequence lead. */
  #leave(actionId: string): void {
    const action = this.#actions.get(actionId);
    if (action) this.sequences.leave(action);
    for (const each of this.sequences.endStep()) this.model.enqueue(each);
  }

  async #end(how: 'settle' | 'release', pick: number): Promise<void> {
    const { running } = this.model;
    const claimed = this.#claimed.get(running[pick % running.length] ?? '');
    if (!claimed) return;
    this.model[how](claimed.lease.actionId);
    if (how === 'release') return this.#broker.release([claimed]);
    this.#leave(claimed.lease.actionId);
    const outcome = { status: 'done' } as const;
    const answers = await this.#broker.settle([{ claimed, outcome }]);
    expect([...answers.values()]).toEqual(['ok']);
  }

  async #cancel(pick: number): Promise<void> {
    const known = [...this.model.waiting, ...this.model.running, ...this.blocked];
    const actionId = known[pick % known.length];
    if (actionId === undefined) return;
    const claimed = this.model.running.includes(actionId) && this.#claimed.get(actionId);
    const result = await this.#queues.cancel({ domain: 'embedding', actionId });
    expect(result).toBe(claimed ? 'cancelling' : 'cancelled');
    if (claimed) this.model.settle(actionId);
    else this.model.cancel(actionId);
    this.#leave(actionId);
    if (!claimed) return;
    const answers = await this.#broker.settle([{ claimed, outcome: { status: 'cancelled' } }]);
    expect([...answers.values()]).toEqual(['ok']);
  }
}

function actionFrom({ tenant, tier, cost, sequence }: Extract<Command, { do: 'enqueue' }>) {
  return { id: newId(), tenant, tier, cost, ...(sequence !== undefined && { sequence }) };
}

it('serves what the model of the protocol serves, in the same order', async () => {
  const redis = openPool();
  const property = fc.asyncProperty(setting, commands, async (how, steps) => {
    const pair = new Pair(how, redis);
    for (const step of steps) await pair.run(step);
    await pair.compareIndexes();
  });
  await fc.assert(property, { numRuns: 100 });
}, 120_000);

it('serves everything that waits once nothing is paused, and leaves nothing behind', async () => {
  const redis = openPool();
  const property = fc.asyncProperty(setting, commands, async (how, steps) => {
    const pair = new Pair(how, redis);
    for (const step of steps) await pair.run(step);
    await pair.run({ do: 'resume domain' });
    for (const tenant of NAMES) await pair.run({ do: 'resume', tenant });
    while (pair.model.waiting.length + pair.model.running.length > 0) {
      await pair.claim(10);
      expect(pair.model.running).not.toEqual([]);
      while (pair.model.running.length > 0) await pair.run({ do: 'settle', pick: 0 });
    }
    expect(pair.blocked).toEqual([]);
    await pair.claim(1);
    await pair.compareIndexes();
    const left = Object.keys(await pair.stored.hash('actions'));
    expect([left, await pair.stored.hash('held'), await pair.stored.hash('profiles')]).toEqual([
      [],
      {},
      {},
    ]);
  });
  await fc.assert(property, { numRuns: 20 });
}, 120_000);
