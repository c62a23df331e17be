import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import * as errors from '@nooble/errors';
import { decodeAction, defineAction } from '@nooble/models';
import { ActionClient, DomainQueueManager, type QueueManagerOptions } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { startEmbeddedRedis } from '@nooble/redis/embedded';
import { pino } from 'pino';
import { expect, inject, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ActionProcessor, type Handler } from '../src/handlers/action-processor.ts';
import { BaseWorker } from '../src/base-worker.ts';
import { resolveLogger } from '../src/reporting/logging.ts';

/** Occurs in data, results, passwords and tokens. No output may contain it. */
const MARK = 'MARKED-SECRET';
const work = defineAction('vault.open', { data: z.string(), result: z.string() });
const acme = { tenantId: 'acme', tenantTier: 'free' } as const;
const action = (fields = {}) => work.create({ ...acme, data: MARK, ...fields });
const actionId = 'a1';

function openQueues(options: Partial<QueueManagerOptions> = {}): DomainQueueManager {
  const prefix = `test-${randomUUID()}`;
  const queues = new DomainQueueManager({ redis: inject('redisUrl'), prefix, ...options });
  onTestFinished(async () => queues.close());
  return queues;
}

/** A logger for a worker, and its output. */
function recorder() {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { logger: pino({ level: 'trace' }, stream), written: () => text };
}

function start(
  queues: DomainQueueManager,
  run: Handler<string, string>,
  redis = inject('redisUrl'),
) {
  const { logger, written } = recorder();
  const processor = new ActionProcessor().register(work, run, { attempts: 1 });
  const { prefix } = queues;
  const options = { domain: 'vault', redis, prefix, processor, logger, handleSignals: false };
  const worker = new BaseWorker({ ...options, graceMs: 0 });
  onTestFinished(async () => worker.stop());
  return { worker, written, started: worker.start() };
}

/** An error as clients of databases, HTTP and Redis throw it. */
function clientError(): Error {
  const request = { headers: { authorization: MARK }, body: MARK };
  return Object.assign(new Error('Request failed'), { request, command: { args: [MARK] } });
}

const failing = async (): Promise<never> => raise(clientError());

async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail');
}

/** Everything that a program prints, sends and stores about an error. */
function traces(error: unknown): string {
  const { logger, written } = recorder();
  resolveLogger(logger, 'vault').error({ err: error, error }, 'Failed');
  const told = [errors.toProblemDetails(error), errors.toWireError(error), error];
  return [...told.map((each) => JSON.stringify(each)), written()].join('\n');
}

type Name = (typeof errors.ERROR_CLASSES)[number]['name'];

/** Creates an error of each class from values that contain secrets. */
const ways: Record<string, () => unknown> = {
  ValidationError: () => work.create({ ...acme, data: { secret: MARK } as never }),
  InvalidActionError: () => decodeAction(`{"data":${MARK}}`),
  TenantMismatchError: async () =>
    openQueues().enqueue(action({ callbackQueue: 'vault:other:free' })),
  PayloadTooLargeError: async () =>
    openQueues({ maxPayloadBytes: 1_024 }).enqueue(action({ data: MARK.repeat(1_000) })),
  RateLimitError: async () => fill(openQueues({ tiers: { free: { perMinute: 1 } } })),
  ScheduleLimitError: async () => {
    const queues = openQueues();
    const daily = { ...acme, definition: work, input: MARK, cron: '@daily' } as const;
    for (let n = 0; n <= 100; n += 1) await queues.schedule(`daily-${n}`, daily);
  },
  QueueFullError: async () => fill(openQueues({ tiers: { free: { maxDepth: 1 } } })),
  DomainNotEmptyError: async () => {
    const queues = openQueues();
    await queues.enqueue(action());
    await queues.setPartitions('vault', 2);
  },
  QueuePausedError: async () => {
    const queues = openQueues();
    await queues.pause('vault', { admission: true });
    await queues.enqueue(action());
  },
  TenantDirectoryError: async () => {
    await openQueues({ directory: { resolve: failing } }).enqueue(action());
  },
  ActionFailedError: async () => {
    const queues = openQueues();
    await start(queues, failing).started;
    const client = new ActionClient({ queues });
    onTestFinished(async () => client.close());
    await client.request(work, { ...acme, data: MARK });
  },
  ActionCancelledError: async () => {
    const client = new ActionClient({ queues: openQueues() });
    const request = client.request(work, { ...acme, data: MARK });
    await Promise.all([request, client.close()]);
  },
  RedisUnavailableError: async () => {
    const server = await startEmbeddedRedis({ settings: ['--requirepass', 'right'] });
    onTestFinished(async () => server.stop());
    const redis = server.url.replace('//', `//service:${MARK}@`);
    await openQueues({ redis }).enqueue(action());
  },
  // These contain only names and numbers, whatever their origin.
  UnknownActionError: () =>
    raise(
      new errors.UnknownActionError({
        actionType: work.type,
        domain: 'vault',
        cause: clientError(),
      }),
    ),
  ThrottledError: () => raise(new errors.ThrottledError({ what: 'It', cause: clientError() })),
  HistoryBehindError: () =>
    raise(new errors.HistoryBehindError({ domain: 'vault', cause: clientError() })),
  PostgresUnavailableError: () => raise(new errors.PostgresUnavailableError(postgresFacts())),
  PostgresSetupError: () => raise(new errors.PostgresSetupError(postgresFacts())),
  TransactionError: () =>
    raise(new errors.TransactionError({ attempted: 'use the rows', reason: 'it has ended' })),
  LeaseLostError: () => raise(new errors.LeaseLostError({ actionId, cause: clientError() })),
  JournalConflictError: () =>
    raise(
      new errors.JournalConflictError({ actionId, name: 'split', reason: 'it was used before' }),
    ),
  StalledError: () => raise(new errors.StalledError({ actionId, stalls: 3, cause: clientError() })),
  ActionTimeoutError: () =>
    raise(new errors.ActionTimeoutError({ actionId, timeoutMs: 1, cause: clientError() })),
  UnknownStreamError: async () => {
    const client = new ActionClient({ queues: openQueues() });
    onTestFinished(async () => client.close());
    await client.follow({ domain: 'vault', actionId }).next();
  },
  HandlerReturnedError: () =>
    raise(new errors.HandlerReturnedError({ actionId, attempted: 'emit', cause: clientError() })),
  ManagerClosedError: () =>
    raise(new errors.ManagerClosedError({ attempted: 'send', cause: clientError() })),
  StreamRestartedError: () =>
    raise(new errors.StreamRestartedError({ actionId, cause: clientError() })),
  StreamGapError: () =>
    raise(
      new errors.StreamGapError({ actionId, missing: 1, resumeAfter: '1-1', cause: clientError() }),
    ),
  ReplyLostError: () =>
    raise(new errors.ReplyLostError({ actionId, reason: '', cause: clientError() })),
  DeadlineExceededError: () =>
    raise(new errors.DeadlineExceededError({ actionId, expiresAt: '', cause: clientError() })),
  SettingsError: () => raise(new errors.SettingsError({ problems: [], cause: clientError() })),
  DataFormatError: () =>
    raise(new errors.DataFormatError({ attempted: '', reason: '', cause: clientError() })),
};

function postgresFacts() {
  const url = `postgres://service:${MARK}@127.0.0.1/app`;
  return { attempted: 'read', url, reason: 'it is away', cause: clientError() };
}

function raise(error: Error): never {
  throw error;
}

async function fill(queues: DomainQueueManager): Promise<void> {
  await queues.enqueue(action());
  await queues.enqueue(action());
}

it.each(errors.ERROR_CLASSES.map(({ name }): [Name] => [name]))(
  'prints no secret in %s',
  async (name) => {
    const error = await failureOf(() => ways[name]?.());
    expect((error as Error).name).toBe(name);
    expect(traces(error)).not.toContain(MARK);
    // Attachments of a cause stay untouched until it is logged, sent or stored.
    if (inspect((error as Error).cause).includes('Request failed')) return;
    expect(inspect(error, { depth: null })).not.toContain(MARK);
  },
);

it('prints no result and no data when Redis refuses what a worker settles', async () => {
  const queues = openQueues();
  const admin = queues.redis.command();
  const result = `result ${MARK}`;
  const { worker, written, started } = start(queues, async () => {
    await admin.set(`${queues.prefix}:{vault}:messages`, 'of another type');
    return result;
  });
  const seen: unknown[] = [];
  worker.events.on('error', (event) => seen.push(event));
  await started;
  await queues.enqueue(action({ callbackQueue: 'vault:acme:free' }));
  await expect.poll(() => written()).toContain('WRONGTYPE');
  expect(written()).not.toContain(MARK);
  expect(inspect(seen, { depth: null })).not.toContain(MARK);
  await admin.del(`${queues.prefix}:{vault}:messages`);
});

it('prints no data when Redis is full, or refuses the user the script', async () => {
  const server = await startEmbeddedRedis({ settings: ['--maxmemory', '1'] });
  onTestFinished(async () => server.stop());
  const admin = new RedisPool({ url: server.url });
  onTestFinished(async () => admin.close());
  await admin
    .command()
    .call('ACL', 'SETUSER', 'reader', 'on', `>${MARK}`, '~*', '+@read', '+@connection', '+info');
  const redis = server.url.replace('//', `//reader:${MARK}@`);
  const [full, refused] = [openQueues({ redis: server.url }), openQueues({ redis })];
  for (const [queues, code] of [
    [full, 'OOM'],
    [refused, 'NOPERM'],
  ] as const) {
    const error = await failureOf(async () => queues.enqueue(action()));
    expect(String(error)).toContain(code);
    expect(traces(error) + inspect(error, { depth: null })).not.toContain(MARK);
  }
});

it('keeps what a handler throws out of the log and of the dead letter but for its message', async () => {
  const queues = openQueues();
  const { worker, written, started } = start(queues, (_action, { logger }) => {
    logger.error(clientError());
    logger.warn({ err: clientError(), error: clientError() }, 'Failed');
    throw clientError();
  });
  await started;
  await queues.enqueue(action());
  await expect.poll(() => written()).toContain('Action is dead');
  const [letter] = await queues.deadLetters('vault').list();
  expect(letter?.error).toMatchObject({ message: 'Request failed' });
  expect(JSON.stringify(letter?.error)).not.toContain(MARK);
  // Redrive needs the action as it was sent.
  expect(letter?.envelope).toContain(MARK);
  expect(written()).not.toContain(MARK);
  expect(inspect(worker, { depth: null })).not.toContain(MARK);
});

it('prints no password: neither does a worker that cannot sign in, nor any part of it', async () => {
  const server = await startEmbeddedRedis({ settings: ['--requirepass', 'right'] });
  onTestFinished(async () => server.stop());
  const redis = server.url.replace('//', `//service:${MARK}@`);
  const queues = openQueues({ redis });
  const { worker, written, started } = start(queues, () => '', redis);
  void started;
  await expect.poll(() => written()).toContain('WRONGPASS');
  expect(written()).not.toContain(MARK);
  const parts = [worker, queues, queues.redis, queues.redis.command(), await worker.health()];
  expect(inspect(parts, { depth: null, showHidden: true })).not.toContain(MARK);
});
