import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { resolveLogger } from '../src/reporting/logging.ts';
import { FakeBroker } from './fake-broker.ts';
import { aborted, deferred, generateAction, next, workerOn } from './fixture.ts';

/** A pino logger whose lines a test can read. */
function recorder() {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  return { lines, logger: pino({ level: 'debug' }, stream) };
}

describe('the log', () => {
  it('reports the start and end of each action, without its data', async () => {
    const { lines, logger } = recorder();
    const broker = new FakeBroker();
    const worker = workerOn(
      broker,
      ({ data }, ctx) => {
        ctx.logger.info('thinking');
        if (data.text === 'secret words') return { length: 1 };
        throw new Error('no');
      },
      { logger },
    );
    const action = generateAction({ data: { text: 'secret words' }, sessionId: 's1' });
    broker.add(action);
    broker.add(generateAction());
    broker.add(generateAction(), { failures: 2 });
    broker.add(generateAction(), { envelope: 'garbage' });
    await worker.start();
    await expect.poll(() => broker.settled).toHaveLength(4);
    await worker.stop();
    const said = lines.map(({ msg }) => msg);
    for (const msg of [
      'Consuming',
      'Action started',
      'thinking',
      'Action done',
      'Stopping',
      'Stopped',
    ]) {
      expect(said).toContain(msg);
    }
    expect(said).toContain('Action failed; will be retried');
    expect(said.filter((msg) => msg === 'Action is dead')).toHaveLength(2);
    const ids = { action_id: action.actionId, session_id: 's1' };
    const { actionType: action_type, taskId: task_id } = action;
    expect(lines.find(({ msg }) => msg === 'thinking')).toMatchObject({
      ...ids,
      action_type,
      task_id,
      tenant_id: 'acme',
      tier: 'free',
      attempt: 1,
    });
    expect(JSON.stringify(lines)).not.toContain('secret words');
  });

  it('reports problems: overdue handlers, lost leases, actions given back, errors', async () => {
    const { lines, logger } = recorder();
    const broker = new FakeBroker();
    const hold = deferred<{ length: number }>();
    const worker = workerOn(
      broker,
      async ({ data, actionId }, { signal }) => {
        if (data.text === 'lost') {
          broker.lose(actionId);
          return { length: 1 };
        }
        return data.text === 'deaf' ? hold.promise : aborted(signal);
      },
      { logger, timeoutGraceMs: 1 },
    );
    const overdue = next(worker, 'overdue');
    const lost = next(worker, 'lost');
    broker.add(generateAction({ data: { text: 'deaf' }, timeoutMs: 1 }));
    broker.add(generateAction({ data: { text: 'lost' } }));
    broker.add(generateAction({ data: { text: 'obedient' } }));
    await worker.start();
    await Promise.all([overdue, lost]);
    worker.events.emit('error', { attempted: 'test the log', error: new Error('x') });
    await worker.stop();
    hold.resolve({ length: 1 });
    const said = lines.map(({ msg }) => msg);
    expect(said).toContain('Handler ignored its abort signal and still occupies a slot');
    expect(said).toContain('Lease lost to another worker; outcome dropped');
    expect(said).toContain('Action returned to its queue unfinished');
    expect(said).toContain('Cannot test the log');
  });

  it('goes to a pino logger named after the domain unless told otherwise', () => {
    expect(resolveLogger(undefined, 'embedding').bindings()).toMatchObject({
      name: 'embedding-worker',
    });
    expect(resolveLogger(false, 'embedding').isLevelEnabled('fatal')).toBe(false);
  });
});
