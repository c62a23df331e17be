import type { DomainReport } from '@nooble/queue';
import { ActionProcessor } from '@nooble/worker';
import { expect, it, onTestFinished, vi } from 'vitest';
import { observe } from '../src/observe.ts';
import { openMetered } from './metered-service.ts';
import { acme, generate, openStage, PATIENT } from './stage.ts';

const everyMs = 100;

async function never(): Promise<DomainReport | undefined> {
  return new Promise(() => undefined);
}

it('one of two processes reads a domain, and the other one takes over when it ends', async () => {
  const { managerOf, workerOf } = openStage();
  const queues = managerOf();
  await queues.tenant(acme).enqueue(generate, 'x');
  const open = () => {
    const metered = openMetered();
    const worker = workerOf(new ActionProcessor().register(generate, () => [1]));
    const { meterProvider } = metered;
    const { stop } = observe({ worker, meterProvider, report: { everyMs } });
    onTestFinished(stop);
    return { waiting: async () => metered.series('nooble_domain_waiting'), stop };
  };
  const first = open();
  await expect
    .poll(first.waiting, PATIENT)
    .toContain(
      'nooble_domain_waiting{messaging_destination_name="embedding",nooble_tenant_tier="free"} 1',
    );
  const second = open();
  await expect
    .poll(async () => queues.report('embedding', { process: 'third', forMs: 1 }))
    .toBeUndefined();
  expect(await second.waiting()).toEqual([]);
  first.stop();
  await expect.poll(second.waiting, PATIENT).toHaveLength(4);
});

it('figures that another process reads now are withdrawn', async () => {
  const { managerOf } = openStage();
  const queues = managerOf();
  const { meterProvider, series } = openMetered();
  const read = vi.spyOn(queues, 'report');
  const report = { domains: ['embedding'], everyMs };
  onTestFinished(observe({ queues, meterProvider, report }).stop);
  await expect.poll(async () => series('nooble_domain_'), PATIENT).not.toEqual([]);
  read.mockResolvedValue(undefined);
  await expect.poll(async () => series('nooble_domain_workers'), PATIENT).toEqual([]);
  expect(await series('nooble_lease_reclaimed_total')).toHaveLength(1);
});

it('scrapes read nothing, and reads do not pile up while Redis is slow', async () => {
  const { managerOf } = openStage();
  const queues = managerOf();
  const { meterProvider, series } = openMetered();
  const read = vi.spyOn(queues, 'report').mockImplementation(never);
  const timers: (() => void)[] = [];
  vi.spyOn(globalThis, 'setInterval').mockImplementation(((run: () => void) => {
    timers.push(run);
    return { unref: () => undefined };
  }) as never);
  onTestFinished(() => void vi.restoreAllMocks());
  onTestFinished(observe({ queues, meterProvider, report: { domains: ['embedding'] } }).stop);
  for (let scrape = 0; scrape < 10; scrape += 1) await series();
  for (const run of timers) run();
  expect(read).toHaveBeenCalledTimes(1);
});

it('a read that fails is counted', async () => {
  const { managerOf } = openStage();
  const queues = managerOf();
  const { meterProvider, series } = openMetered();
  vi.spyOn(queues, 'report').mockRejectedValue(new Error('away'));
  onTestFinished(observe({ queues, meterProvider, report: { domains: ['embedding'] } }).stop);
  await expect
    .poll(async () => series('nooble_domain_read_failures'), PATIENT)
    .toEqual(['nooble_domain_read_failures_total{messaging_destination_name="embedding"} 1']);
});

it('refuses to observe nothing', () => {
  const { meterProvider } = openMetered();
  expect(() => observe({ meterProvider })).toThrow(/^Cannot observe nothing/);
});

it.each([
  { tenants: { top: 101 } },
  { tenants: { bottom: 1 } },
  { relation: 'sibling' },
  { report: { everyMs: 1 } },
  { client: 1 },
])('refuses %o', (options) => {
  expect(() => observe(options as never)).toThrow(RangeError);
});
