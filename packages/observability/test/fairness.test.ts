import { TIERS } from '@nooble/models';
import { expect, it } from 'vitest';
import { jainIndex } from '../src/fairness/jain.ts';
import { ShareWindow } from '../src/fairness/share-window.ts';
import { meterFairness } from '../src/metrics/fairness.ts';
import { Instruments } from '../src/metrics/instruments.ts';
import { openMetered } from './metered-service.ts';

const free = (tenantId: string) => ({ tenantId, tier: 'free' as const });

function openFairness(top = 20) {
  const { meterProvider, series } = openMetered();
  const clock = { nowMs: 0 };
  const window = new ShareWindow(() => clock.nowMs);
  const instruments = new Instruments(meterProvider.getMeter('test'));
  meterFairness({ instruments, window, domain: 'embedding', top });
  const tenantsOf = async (name: string) =>
    Object.fromEntries(
      (await series(`nooble_tenant_${name}`)).map((line) => [
        /nooble_tenant_id="([^"]*)"/.exec(line)?.[1] ?? '',
        Number(line.split(' ').at(-1)),
      ]),
    );
  return { window, clock, series, tenantsOf };
}

it('100,000 tenants make as many series as are shown, and the largest are right', async () => {
  const { window, clock, series, tenantsOf } = openFairness();
  for (let at = 0; at < 100_000; at += 1) {
    window.add(free(`small-${at}`), { slotMs: 1, waitedMs: 1, starts: 1 });
    if (at % 10 === 0) window.add(free('large'), { slotMs: 100, waitedMs: 1, starts: 1 });
    if (at % 20_000 === 0) clock.nowMs += 10_000;
  }
  expect(Object.keys(await tenantsOf('slot_time'))).toHaveLength(21);
  expect(await series('nooble_tenant_')).toHaveLength(42);
  expect((await tenantsOf('slot_time'))['large']).toBe(1_000);
  const { _other: other = 0, large: _large, ...shown } = await tenantsOf('slot_time');
  const all = Object.values(shown).reduce((sum, value) => sum + value, other);
  expect(all).toBeCloseTo(100);
});

it('a tenant leaves when others have more, and its series with it', async () => {
  const { window, clock, tenantsOf } = openFairness(1);
  window.add(free('early'), { slotMs: 5_000 });
  expect(await tenantsOf('slot_time')).toEqual({ early: 5, _other: 0 });
  window.add(free('late'), { slotMs: 7_000 });
  expect(await tenantsOf('slot_time')).toEqual({ late: 7, _other: 5 });
  clock.nowMs = 60_000;
  expect(await tenantsOf('slot_time')).toEqual({ _other: 0 });
});

it('however long a process runs, the number of tenants that ever had a series is bounded', async () => {
  const { window, clock, tenantsOf } = openFairness(2);
  const seen = new Set<string>();
  for (let minute = 0; minute < 200; minute += 1) {
    clock.nowMs = minute * 60_000;
    for (const name of ['a', 'b']) window.add(free(`${name}-${minute}`), { slotMs: 1 });
    for (const tenantId of Object.keys(await tenantsOf('slot_time'))) seen.add(tenantId);
  }
  expect(seen.size).toBe(2 * 50 + 1);
});

it.each(['a"} 1\nevil{x="', 'x'.repeat(200), '', '_other', '../../etc', 'ümlaut', '{{template}}'])(
  'the tenant id %j is in no label',
  async (tenantId) => {
    const { window, tenantsOf, series } = openFairness();
    window.add(free(tenantId), { slotMs: 1_000, waitedMs: 1_000 });
    expect(await tenantsOf('slot_time')).toEqual({ _other: 1 });
    expect(await series('nooble_tenant_')).toHaveLength(2);
  },
);

it('reports the share that a tier got, and how evenly the tenants that waited were served', async () => {
  const { window, series } = openFairness();
  window.add({ tenantId: 'big', tier: 'enterprise' }, { slotMs: 3_000, waitedMs: 10, starts: 1 });
  window.add(free('one'), { slotMs: 900, waitedMs: 2_000, starts: 1 });
  window.add(free('two'), { slotMs: 100, waitedMs: 9_000, starts: 1 });
  window.add(free('idle'), { slotMs: 0, waitedMs: 0, starts: 1 });
  const valuesOf = async (name: string) =>
    (await series(name)).map((line) => Number(line.split(' ').at(-1)));
  expect(await valuesOf('nooble_tier_share_got')).toEqual([0.75, 0, 0, 0.25]);
  expect(await valuesOf('nooble_fairness_jain')).toEqual([1, 1, 1, 1 / (2 * 0.82)]);
  expect(TIERS).toEqual(['enterprise', 'professional', 'advance', 'free']);
});

it("computes Jain's index", () => {
  expect(jainIndex([])).toBe(1);
  expect(jainIndex([0, 0])).toBe(1);
  expect(jainIndex([3, 3, 3])).toBe(1);
  expect(jainIndex([1, 0, 0, 0])).toBe(0.25);
});
