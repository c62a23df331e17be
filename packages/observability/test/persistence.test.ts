import { connect as connectTo } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, migrate } from '@nooble/persistence';
import { expect, inject, it, onTestFinished, vi } from 'vitest';
import { observe } from '../src/observe.ts';
import { openMetered } from './metered-service.ts';
import { acme, generate, openStage, PATIENT } from './stage.ts';

const DOMAIN = 'embedding';
const report = { domains: [DOMAIN], everyMs: 100 };
const inDomain = (name: string, more = '') =>
  `${name}{messaging_destination_name="${DOMAIN}"${more}}`;

/** The database of the server of the test run that no other test uses. */
async function openDatabase() {
  const reply = await text(connectTo({ port: inject('postgresDoor'), host: '127.0.0.1' }));
  const { url, error } = JSON.parse(reply) as { url?: string; error?: string };
  if (url === undefined) throw new Error(error);
  await migrate({ url });
  const persistence = connect({ url });
  onTestFinished(async () => persistence.close());
  return persistence;
}

it('exposes the backlog of a history, its recorder and an outbox', async () => {
  const queues = openStage().managerOf();
  const persistence = await openDatabase();
  await queues.setHistory(DOMAIN, { maxEntries: 10 });
  for (const text of ['a', 'b']) {
    const { actionId } = await queues.tenant(acme).enqueue(generate, text);
    await queues.cancel({ domain: DOMAIN, actionId });
  }
  const recorder = persistence.recorder({ queues, domains: [DOMAIN], pollMs: 10 });
  const outbox = persistence.outbox({ queues });
  onTestFinished(async () => void (await Promise.all([recorder.stop(), outbox.stop()])));
  const { meterProvider, series } = openMetered();
  onTestFinished(observe({ queues, recorder, outbox, report, meterProvider }).stop);
  await expect
    .poll(async () => series('nooble_history_'), PATIENT)
    .toEqual([
      `${inDomain('nooble_history_entries')} 2`,
      expect.stringMatching(/^nooble_history_bytes\{.*\} [1-9]\d+$/),
      `${inDomain('nooble_history_filled')} 0.2`,
      expect.stringMatching(/^nooble_history_lag\{.*\} [\d.e-]+$/),
      `${inDomain('nooble_history_dropped')} 0`,
    ]);
  expect(await series('nooble_recorder_waiting')).toEqual([]);
  recorder.start();
  outbox.start();
  const recorded = inDomain('nooble_recorder_endings_total', ',nooble_outcome="recorded"');
  await expect.poll(async () => series(recorded), PATIENT).toEqual([`${recorded} 2`]);
  await expect
    .poll(async () => series('nooble_history_entries'), PATIENT)
    .toEqual([`${inDomain('nooble_history_entries')} 0`]);
  expect(await series('nooble_recorder_waiting')).toEqual([
    `${inDomain('nooble_recorder_waiting')} 0`,
  ]);
  expect(await series('nooble_recorder_success_age')).toHaveLength(1);
  await expect
    .poll(async () => series('nooble_outbox_pending'), PATIENT)
    .toEqual(['nooble_outbox_pending 0']);
  expect(await series('nooble_outbox_actions_total')).toHaveLength(3);
  await recorder.stop();
  expect(await series('nooble_recorder_success_age')).toEqual([]);
});

it('withdraws figures of an outbox that cannot be read, and counts the failures', async () => {
  const figures = { pending: 3, due: 2, refused: 1, lagMs: 1_500 };
  const stats = vi.fn(async () => Promise.resolve(figures));
  const judged = { admitted: 4, refused: 5, putOff: 6 };
  const health = () => ({ isRunning: true, judged, failures: 7, sinceSuccessMs: 2_000 });
  const { meterProvider, series } = openMetered();
  onTestFinished(observe({ outbox: { health, stats }, report, meterProvider }).stop);
  const read = async () => series('nooble_outbox_');
  await expect.poll(read, PATIENT).toContain('nooble_outbox_lag 1.5');
  expect(await read()).toEqual([
    'nooble_outbox_actions_total{nooble_outcome="admitted"} 4',
    'nooble_outbox_actions_total{nooble_outcome="refused"} 5',
    'nooble_outbox_actions_total{nooble_outcome="put_off"} 6',
    'nooble_outbox_failures_total 7',
    'nooble_outbox_success_age 2',
    'nooble_outbox_pending 3',
    'nooble_outbox_due 2',
    'nooble_outbox_refused 1',
    'nooble_outbox_lag 1.5',
  ]);
  stats.mockRejectedValue(new Error('away'));
  const failures = 'nooble_outbox_read_failures_total';
  await expect.poll(async () => series(failures), PATIENT).toHaveLength(1);
  expect((await read()).filter((line) => /pending|due|lag/.test(line))).toEqual([]);
});

it.each([{ recorder: {} }, { outbox: { health: () => undefined } }])('refuses %o', (options) => {
  expect(() => observe(options as never)).toThrow(RangeError);
});
