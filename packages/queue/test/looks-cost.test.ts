import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis, type EmbeddedRedis } from '@nooble/redis/embedded';
import type { ActionRef } from '../src/admission/receipt.ts';
import { createBroker } from '../src/claiming/partitioned-broker.ts';
import type { ActionPage } from '../src/inspection/tenant-list.ts';
import { DomainQueueManager } from '../src/manager.ts';
import { actionOf, NO_LIMITS } from './fixture.ts';

const WAITING = 100_000;
const DELAYED = 5_000;
const TENANTS = 1_000;

/** Maximum number of commands of a call, and of entries that they read. */
const MOST = { commands: 40, entries: 1_350 };

let server: EmbeddedRedis;
let redis: RedisPool;
let queues: DomainQueueManager;
/** The last action of the tenant with most of them, and one of a tenant that waits behind it. */
let last: ActionRef;

beforeAll(async () => {
  server = await startEmbeddedRedis();
  redis = new RedisPool({ url: server.url });
  const tiers = { ...NO_LIMITS, professional: { ...NO_LIMITS.professional, maxActive: 4 } };
  queues = new DomainQueueManager({ redis, tiers });
  const tenants = Array.from({ length: TENANTS }, (_, n) => actionOf({ tenantId: `tenant-${n}` }));
  await queues.enqueueMany(tenants);
  await queues.enqueueMany(Array.from({ length: WAITING - 1 }, () => actionOf()));
  last = await queues.enqueue(actionOf());
  const later = Array.from({ length: DELAYED }, () => actionOf({ tenantId: 'other' }));
  await queues.enqueueMany(later, { delayMs: 3_600_000 });
  const broker = createBroker({ domain: 'embedding', redis });
  await broker.claim({ slots: 10, load: { concurrency: 10, running: 0 } });
  await broker.close();
}, 180_000);

afterAll(async () => {
  await queues.close();
  await redis.close();
  await server.stop();
});

/** Returns the number of commands that the scripts of a call send, and of entries that these may read. */
async function costOf(
  call: () => Promise<unknown>,
): Promise<{ commands: number; entries: number }> {
  const client = redis.command();
  if (!('monitor' in client)) throw new Error('Not a single server');
  const monitor = await client.monitor();
  onTestFinished(() => monitor.disconnect());
  const sent: string[][] = [];
  const ended = new Promise<void>((resolve) => {
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      if (args[0] === 'echo') resolve();
      if (source === 'lua') sent.push(args);
    });
  });
  await call();
  await client.echo('end');
  await ended;
  const entries = sent.reduce((sum, args) => sum + entriesOf(args), 0);
  return { commands: sent.length, entries };
}

/** Maximum number of entries that a command reads. */
function entriesOf([command = '', , ...args]: readonly string[]): number {
  const [first, second] = args.map(Number);
  const limit = args.findIndex((each) => each.toUpperCase() === 'LIMIT');
  if (/^hmget$/i.test(command)) return args.length;
  if (/^lpos$/i.test(command)) return Number(args[2]);
  if (limit !== -1) return Number(args[limit + 2]);
  if (/^(lrange|zrange)$/i.test(command)) return 1 + (second ?? 0) - (first ?? 0);
  return 1;
}

it('explains an action behind 100,000 others at a bounded cost', async () => {
  const { commands, entries } = await costOf(async () => {
    const { place, share } = await queues.explain(last);
    expect(place).toEqual({ ahead: 1_000, isMore: true });
    expect(share?.otherTenants).toBeGreaterThan(900);
  });
  expect(commands).toBeLessThanOrEqual(MOST.commands);
  expect(entries).toBeLessThanOrEqual(MOST.entries);
});

it('reads the statistics of a tenant with 100,000 actions at a bounded cost', async () => {
  const { commands, entries } = await costOf(async () => {
    const { waiting } = await queues.tenantStats('embedding', 'acme');
    expect(waiting).toBeGreaterThan(99_900);
  });
  expect(commands).toBeLessThanOrEqual(MOST.commands);
  expect(entries).toBeLessThanOrEqual(MOST.entries);
});

it('examines up to 1,000 entries for a page, also for one in the middle of 100,000', async () => {
  const options = { domain: 'embedding', tenantId: 'acme', state: 'waiting', limit: 500 } as const;
  let { cursor } = await queues.list(options);
  for (let n = 0; n < 50; n += 1) ({ cursor } = await queues.list({ ...options, cursor }));
  const { commands } = await costOf(async () => {
    const page = await queues.list({ ...options, cursor });
    expect(page.actions).toHaveLength(500);
  });
  // Two or three per action, and a binary search in the queue.
  expect(commands).toBeLessThanOrEqual(3 * 500 + 2 * Math.log2(WAITING));
});

it('gives pages without actions and a cursor while others fill an index', async () => {
  const mine = await queues.enqueue(actionOf(), { delayMs: 7_200_000 });
  const options = { domain: 'embedding', tenantId: 'acme', state: 'delayed' } as const;
  const sizes: number[] = [];
  let page: ActionPage = { actions: [], cursor: '' };
  while (page.cursor !== undefined) {
    const asked = page.cursor === '' ? {} : { cursor: page.cursor };
    const { commands } = await costOf(async () => {
      page = await queues.list({ ...options, ...asked });
    });
    expect(commands).toBeLessThanOrEqual(MOST.commands);
    sizes.push(page.actions.length);
  }
  expect(page.actions[0]?.actionId).toBe(mine.actionId);
  expect(sizes).toEqual([0, 0, 0, 0, 0, 1]);
});
