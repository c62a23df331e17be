import { expect, it, vi } from 'vitest';
import { audit } from './audit.ts';
import { actionOf, idsOf, openQueue } from './fixture.ts';
import { MOVED_CLOCK } from './protocol/scripts-on-moved-time.ts';
import type { SCRIPTS } from '../src/generated/scripts.ts';

vi.mock('../src/generated/scripts.ts', async (original) => {
  const { onMovedTime } = await import('./protocol/scripts-on-moved-time.ts');
  const { SCRIPTS: scripts } = await original<{ SCRIPTS: typeof SCRIPTS }>();
  return { SCRIPTS: onMovedTime(scripts) };
});

const START_MS = Date.parse('2026-03-01T12:00:00.000Z');
const HOUR_MS = 3_600_000;
const LEASE_MS = 30_000;

const at = (ms: number): string => new Date(START_MS + ms).toISOString();

/** A queue on a server whose clock a test sets, in ms after a fixed noon. */
async function openOnSetClock(options: Parameters<typeof openQueue>[0] = {}) {
  const queue = openQueue({ worker: { onWarning: () => undefined }, ...options });
  const [seconds, micros] = MOVED_CLOCK;
  const setClock = async (ms: number): Promise<void> => {
    const now = START_MS + ms;
    const clock = { [seconds]: Math.floor(now / 1_000), [micros]: (now % 1_000) * 1_000 };
    await queue.stored.client.hset(queue.stored.key('state'), clock);
  };
  await setClock(0);
  const lead = async () => (await queue.queues.stats('embedding')).clockLeadMs;
  /** Moves the clock ahead for a moment, stores something meanwhile, and moves it back. */
  const jumpAheadAndBack = async (ms: number): Promise<void> => {
    await setClock(ms);
    await queue.enqueue();
    expect(await queue.claim(1)).toHaveLength(1);
    await setClock(0);
    await queue.brokerOf().claim({ slots: 0 });
  };
  return { ...queue, setClock, lead, jumpAheadAndBack };
}

it('lets what waits for a time wait about as long after the clock was set back', async () => {
  const { enqueue, claim, setClock, jumpAheadAndBack } = await openOnSetClock();
  await jumpAheadAndBack(HOUR_MS);
  const { actionId } = await enqueue({}, { delayMs: 2_000 });
  await setClock(1_990);
  expect(await claim(1)).toEqual([]);
  await setClock(2_050);
  expect(idsOf(await claim(1))).toEqual([actionId]);
});

it('takes the lease of a dead worker back after the clock was set back', async () => {
  const { enqueue, claim, brokerOf, setClock, jumpAheadAndBack, stored } = await openOnSetClock();
  await jumpAheadAndBack(HOUR_MS);
  const { actionId } = await enqueue();
  expect(idsOf(await claim(1))).toEqual([actionId]);
  for (let ms = 0; ms <= LEASE_MS + 5_000; ms += 5_000) {
    await setClock(ms);
    await brokerOf().claim({ slots: 0 });
  }
  expect(idsOf(await claim(5))).toContain(actionId);
  expect(await audit(stored)).toEqual([]);
});

it('opens a minute limit a minute later after the clock was set back', async () => {
  const { queues, setClock, jumpAheadAndBack } = await openOnSetClock({
    tiers: { free: { perMinute: 1, perDay: null } },
  });
  await jumpAheadAndBack(HOUR_MS);
  const outcome = async () => {
    const [{ status } = { status: 'none' }] = await queues.enqueueMany([
      actionOf({ tenantId: 'globex', tenantTier: 'free' }),
    ]);
    return status;
  };
  expect([await outcome(), await outcome()]).toEqual(['accepted', 'rejected']);
  await setClock(61_000);
  expect(await outcome()).toBe('accepted');
});

it('reports the lead of its clock until the server has caught up', async () => {
  const { setClock, lead, enqueue, jumpAheadAndBack } = await openOnSetClock();
  expect(await lead()).toBe(0);
  await jumpAheadAndBack(10_000);
  expect(await lead()).toBe(10_000);
  await setClock(500_000);
  await enqueue();
  expect(await lead()).toBe(5_000);
  await setClock(1_001_000);
  await enqueue();
  expect(await lead()).toBe(0);
});

it('warns once of a clock that is more than a second ahead', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: string): number => warnings.push(warning);
  const { brokerOf, jumpAheadAndBack } = await openOnSetClock();
  await jumpAheadAndBack(900);
  const broker = brokerOf({ onWarning });
  await broker.claim({ slots: 0 });
  expect(warnings.filter((warning) => warning.includes('clock'))).toEqual([]);
  await jumpAheadAndBack(HOUR_MS);
  await broker.claim({ slots: 0 });
  const { clockLeadMs } = await broker.claim({ slots: 0 });
  expect(clockLeadMs).toBe(HOUR_MS);
  expect(warnings.filter((warning) => warning.includes('set back by 3600000 ms'))).toHaveLength(1);
});

it('compares times of the world outside with the clock of the server', async () => {
  const { enqueue, claim, stateOf, setClock, jumpAheadAndBack } = await openOnSetClock();
  await jumpAheadAndBack(HOUR_MS);
  const later = await enqueue({}, { runAt: at(60_000) });
  expect(later.notBefore).toBe(at(60_000));
  const { actionId } = await enqueue({ expiresAt: at(30_000) });
  await setClock(20_000);
  expect(idsOf(await claim(5))).toEqual([actionId]);
  await setClock(61_000);
  expect(idsOf(await claim(5))).toEqual([later.actionId]);
  expect(await stateOf(later.actionId)).toBe('active');
});
