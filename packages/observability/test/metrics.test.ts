import { giveUp, ActionProcessor } from '@nooble/worker';
import { expect, it, onTestFinished } from 'vitest';
import { METRICS, prometheusName, type MetricFacts } from '../src/index.ts';
import { observe } from '../src/observe.ts';
import { openMetered } from './metered-service.ts';
import { acme, generate, openStage, PATIENT } from './stage.ts';

/** They count accidents, which this test does not cause. */
const RARE: readonly string[] = [
  'lost',
  'released',
  'overdue',
  'workerErrors',
  'readFailed',
  'outboxReadFailures',
];

const recorded = { endings: 1, refused: 0, purged: 0, missing: 0 };
const recorder = {
  health: () => ({
    isRunning: true,
    domains: new Map([['embedding', { recorded, sinceSuccessMs: 1 }]]),
  }),
};
const judged = { admitted: 1, refused: 0, putOff: 0 };
const outbox = {
  health: () => ({ isRunning: true, judged, failures: 0, sinceSuccessMs: 1 }),
  stats: async () => Promise.resolve({ pending: 0, due: 0, refused: 0, lagMs: 0 }),
};

const all: readonly (readonly [string, MetricFacts])[] = Object.entries(METRICS);

function seriesOf(facts: MetricFacts): string {
  return `${prometheusName(facts)}${facts.kind === 'histogram' ? '_bucket' : ''}`;
}

function nameOf(line: string): string {
  return /^\w+/.exec(line)?.[0] ?? '';
}

function labelsOf(line: string): string[] {
  const labels = [...line.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
  return labels.filter((label) => label !== 'le');
}

/** Sends actions that end in every way, and returns what a scrape contains then. */
async function openScene() {
  const { managerOf, workerOf } = openStage();
  const metered = openMetered();
  const processor = new ActionProcessor().register(generate, ({ data }, { attempt }) => {
    if (data === 'dead') throw giveUp('no');
    if (data === 'retry' && attempt === 1) throw new Error('again');
    return [1];
  });
  const retry = { baseMs: 0, capMs: 0 };
  const worker = workerOf(processor, { retry, concurrency: 3 });
  const queues = managerOf({ tiers: { free: { perMinute: 4 } } });
  const { meterProvider } = metered;
  const watched = { worker, queues, recorder, outbox };
  const { stop } = observe({ ...watched, meterProvider, report: { everyMs: 100 } });
  onTestFinished(stop);
  await worker.start();
  const tenant = queues.tenant(acme);
  await tenant.request(generate, 'done');
  for (const data of ['retry', 'dead']) await tenant.enqueue(generate, data, { actionId: data });
  await tenant.enqueue(generate, 'done', { actionId: 'done', idempotencyKey: 'key' });
  await tenant.enqueue(generate, 'done', { idempotencyKey: 'key' });
  await expect(tenant.enqueue(generate, 'done')).rejects.toThrow();
  queues.observers.dropped('late');
  return { ...metered, stop, worker };
}

it('exposes every metric of the table under its name, and no other', async () => {
  const { series } = await openScene();
  const expected = all.filter(([name]) => !RARE.includes(name)).map(([, facts]) => facts);
  const names = async () => new Set((await series()).map(nameOf));
  await expect
    .poll(async () => {
      const exposed = await names();
      return expected.map(seriesOf).filter((name) => !exposed.has(name));
    }, PATIENT)
    .toEqual([]);
  const known = all.flatMap(([, facts]) => {
    const name = prometheusName(facts);
    return facts.kind === 'histogram'
      ? ['_bucket', '_sum', '_count'].map((end) => name + end)
      : [name];
  });
  expect([...(await names())].filter((name) => !known.includes(name))).toEqual([]);
});

it('gives each metric the attributes of the table', async () => {
  const { series } = await openScene();
  await expect.poll(async () => series('nooble_domain_waiting'), PATIENT).toHaveLength(4);
  for (const [, facts] of all) {
    const permitted = facts.attributes.map((name) => name.replaceAll('.', '_'));
    for (const line of await series(`${prometheusName(facts)}{`)) {
      expect(permitted, line).toEqual(expect.arrayContaining(labelsOf(line)));
    }
  }
});

it('counts admissions and attempts by their outcome', async () => {
  const { series } = await openScene();
  const outcomes = async (name: string) => {
    const lines = await series(name);
    return Object.fromEntries(
      lines.map((line) => [
        /nooble_outcome="(\w+)"/.exec(line)?.[1],
        Number(line.split(' ').at(-1)),
      ]),
    );
  };
  await expect
    .poll(async () => outcomes('messaging_process_duration_count'), PATIENT)
    .toEqual({ done: 3, retry: 1, dead: 1 });
  expect(await outcomes('messaging_client_sent_messages_total')).toEqual({
    accepted: 4,
    duplicate: 1,
    refused: 1,
  });
  expect(await series('nooble_action_retries_total')).toEqual([
    'nooble_action_retries_total{messaging_destination_name="embedding",nooble_reason="retry"} 1',
  ]);
  expect(await series('nooble_worker_slots{')).toEqual([
    'nooble_worker_slots{messaging_destination_name="embedding"} 3',
  ]);
});

it('ten scrapes at once agree, and nothing is measured after the stop', async () => {
  const { app, series, stop } = await openScene();
  await expect.poll(async () => series('nooble_domain_waiting'), PATIENT).toHaveLength(4);
  const scrapes = Array.from({ length: 10 }, async () => app.inject('/metrics'));
  const bodies = await Promise.all(scrapes.map(async (scrape) => (await scrape).body));
  const [first = '', ...others] = bodies.map((body) => body.match(/^nooble_domain_\w+/gm)?.join());
  expect(new Set([first, ...others]).size).toBe(1);
  stop();
  stop();
  const before = await series('messaging_client_sent_messages_total');
  expect(await series('messaging_client_sent_messages_total')).toEqual(before);
});
