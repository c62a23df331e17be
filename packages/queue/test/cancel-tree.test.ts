import { decodeAction, newId } from '@nooble/models';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ClaimedAction, Outcome } from '../src/broker.ts';
import { parseRun } from '../src/protocol/header.ts';
import { audit } from './audit.ts';
import { actionOf, failure, openQueue, type Queue } from './fixture.ts';
import { Stored } from './stored.ts';

const DOMAINS = ['embedding', 'search', 'query'] as const;
type Domain = (typeof DOMAINS)[number];

const domain = fc.constantFrom(...DOMAINS);
const pick = fc.nat(30);
const OUTCOMES: readonly Outcome[] = [
  { status: 'done' },
  { status: 'retry', delayMs: 0, error: failure },
  { status: 'retry', delayMs: 60_000, error: failure },
  { status: 'dead', error: failure },
];

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), domain }),
  fc.record({ do: fc.constant('claim' as const), domain }),
  fc.record({ do: fc.constant('claim' as const), domain }),
  fc.record({ do: fc.constant('child' as const), domain, pick }),
  fc.record({ do: fc.constant('child' as const), domain, pick }),
  fc.record({ do: fc.constant('cancel' as const), pick }),
  fc.record({ do: fc.constant('renew' as const), pick }),
  fc.record({ do: fc.constant('die' as const), pick }),
  fc.record({ do: fc.constant('settle' as const), pick, outcome: fc.constantFrom(...OUTCOMES) }),
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** An action that was accepted, and the one that sent it. */
interface Node {
  readonly domain: Domain;
  readonly parentId: string | undefined;
}

/** A claimed action in a worker that lives. */
interface Run {
  readonly claimed: ClaimedAction;
  readonly domain: Domain;
}

/** Actions of three domains that send each other, and whose workers die. */
class Forest {
  readonly nodes = new Map<string, Node>();
  readonly #queue: Queue;
  readonly #brokers;
  #runs: Run[] = [];

  constructor(queue: Queue) {
    this.#queue = queue;
    const of = (name: Domain) => queue.brokerOf({ domain: name, maxStalls: 100 });
    this.#brokers = { embedding: of('embedding'), search: of('search'), query: of('query') };
  }

  async take(one: Step): Promise<void> {
    if (one.do === 'send') return this.#send(one.domain);
    if (one.do === 'claim') return this.#claim(one.domain);
    if (one.do === 'cancel') return this.#cancel(one.pick);
    const run = this.#runs[one.pick % this.#runs.length];
    if (!run) return;
    if (one.do === 'child') await this.#child(run, one.domain);
    if (one.do === 'renew') await this.#brokers[run.domain].renew([run.claimed.lease]);
    if (one.do === 'die') this.#forget(run);
    if (one.do === 'settle') await this.#settle(run, one.outcome);
  }

  /** Lets living workers renew, dead ones lose their leases, and the outbox be delivered, until nothing changes. */
  async settleDown(): Promise<void> {
    for (let round = 0; round < 8; round += 1) {
      for (const run of this.#runs) await this.#brokers[run.domain].renew([run.claimed.lease]);
      for (const name of DOMAINS) {
        await this.storedOf(name).hasten('outbox', 10_000);
        const broker = this.#queue.brokerOf({ domain: name });
        await broker.claim({ slots: 0 });
        await broker.close();
      }
    }
  }

  storedOf(name: Domain): Stored {
    return new Stored(this.#queue.redis, this.#queue.prefix, name);
  }

  /** Returns the final state of an action: one that was cancelled and still runs is `cancelled` as well. */
  async stateOf(actionId: string, name: Domain): Promise<string | undefined> {
    const state = (await this.#queue.queues.get({ domain: name, actionId }))?.state;
    if (state !== 'active') return state;
    const run = (await this.storedOf(name).hash('run'))[actionId] ?? '';
    return parseRun(run).flags.includes('c') ? 'cancelled' : state;
  }

  async #send(name: Domain): Promise<void> {
    const { actionId } = await this.#queue.enqueue(
      { actionType: `${name}.run` },
      { retainMs: 3_600_000 },
    );
    this.nodes.set(actionId, { domain: name, parentId: undefined });
  }

  async #claim(name: Domain): Promise<void> {
    const { claimed } = await this.#brokers[name].claim({ slots: 1 });
    this.#runs.push(...claimed.map((each) => ({ claimed: each, domain: name })));
  }

  async #child(run: Run, name: Domain): Promise<void> {
    const { envelope, lease } = run.claimed;
    const parent = this.#queue.queues.within(decodeAction(envelope), {
      token: lease.token,
      expiresMs: undefined,
      leftMs: () => Number.POSITIVE_INFINITY,
      isCancelled: () => false,
      assertRuns: () => undefined,
    });
    const action = actionOf({ actionId: newId(), actionType: `${name}.run` });
    try {
      await parent.enqueue(action, { retainMs: 3_600_000 });
      this.nodes.set(action.actionId, { domain: name, parentId: lease.actionId });
    } catch (error) {
      expect(['ACTION_CANCELLED', 'LEASE_LOST']).toContain((error as { code: string }).code);
    }
  }

  async #cancel(at: number): Promise<void> {
    const [actionId, node] = [...this.nodes][at % this.nodes.size] ?? [];
    if (actionId === undefined || !node) return;
    await this.#queue.queues.cancel({ domain: node.domain, actionId });
  }

  async #settle(run: Run, outcome: Outcome): Promise<void> {
    const { claimed } = run;
    const settle = async (what: Outcome) => {
      const settlement = { claimed, outcome: what };
      return (await this.#brokers[run.domain].settle([settlement])).get(settlement);
    };
    if ((await settle(outcome)) === 'cancelled')
      expect(await settle({ status: 'cancelled' })).toBe('ok');
    this.#forget(run);
  }

  #forget(run: Run): void {
    this.#runs = this.#runs.filter((each) => each !== run);
  }
}

it('leaves no child of a cancelled action to run, whatever its workers do', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 10, maxLength: 60 }),
    async (steps) => {
      const queue = openQueue();
      const forest = new Forest(queue);
      await forest.take({ do: 'send', domain: 'embedding' });
      for (const one of steps) await forest.take(one);
      await forest.settleDown();
      const states = new Map<string, string | undefined>();
      for (const [id, node] of forest.nodes) states.set(id, await forest.stateOf(id, node.domain));
      const orphans = [...forest.nodes].filter(([id, { parentId = '' }]) => {
        const isOpen = ['waiting', 'delayed', 'active'].includes(states.get(id) ?? '');
        return isOpen && states.get(parentId) === 'cancelled';
      });
      expect(orphans, 'children that go on').toEqual([]);
      for (const name of DOMAINS) expect(await audit(forest.storedOf(name))).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 40 });
}, 300_000);
