// Sends a number of requests and streams and waits for their outcomes. Takes over what the process before it has left open.
import { setTimeout as wait } from 'node:timers/promises';
import { ActionCancelledError, isNoobleError } from '@nooble/errors';
import { newId } from '@nooble/models';
import { ActionClient, DomainQueueManager, type ActionStream, type Restart } from '@nooble/queue';
import { openOf } from '../checks/ledger.ts';
import { Reading, type Spoken } from '../checks/reading.ts';
import { Journal } from '../journal/journal.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import type { MixedKind } from '../journal/mixed-kind.ts';
import { ask, compose, MIXED_KINDS, mixedTenant, tell } from '../load/mixed-actions.ts';
import { readProgramOptions, tiersWith, UNLIMITED } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, concurrency, seed, asks } = readProgramOptions();
const { inbox, count } = asks ?? { inbox: 'caller', count: 0 };
const journal = new Journal(folder);
const random = seededRandom(seed);
exitWithParent();
const queues = new DomainQueueManager({ redis, prefix, tiers: tiersWith(UNLIMITED) });
const client = new ActionClient({ queues, inbox });

/** Time limit of an action (ms), and that of a hasty one, which may expire. */
const TIMEOUT_MS = 120_000;
const HASTE_MS = 30;
/** One request in this number is hasty, fails permanently, or fails once. */
const ONE_IN = { hasty: 50, hopeless: 60, failing: 20 };
const MAX_TAKES_MS = 20;
const MAX_CHUNKS = 60;
/** Duration of an action that may be cancelled, and time until its caller does so (ms). */
const CANCEL = { takesMs: 300, afterMs: 400 };
const SEQUENCES = 3;

type Told = { token: number; chunks: number };
/** The tenant is chosen by the id, so that a successor knows it. */
const tenantOf = (id: string) => mixedTenant(Buffer.from(id).reduce((sum, byte) => sum + byte, 0));
const is = (kind: keyof typeof ONE_IN): boolean => random.below(ONE_IN[kind]) === 0;

/** Records how an action ended for its caller: `DONE`, the code of an error, or what is wrong. */
async function ended(id: string, outcome: Promise<string>): Promise<void> {
  const code = await outcome.catch((error: unknown) =>
    isNoobleError(error) ? error.code : `UNTYPED ${String(error)}`,
  );
  journal.write({ event: 'ended', id, code });
}

async function read(stream: ActionStream<Spoken | Restart, Told>): Promise<string> {
  const reading = new Reading();
  for (;;) {
    const next = await stream.next();
    const wrong = next.done === true ? reading.end(next.value) : reading.take(next.value);
    if (wrong) return `WRONG ${wrong}`;
    if (next.done === true) return 'DONE';
  }
}

const checked = (isRight: boolean): string => (isRight ? 'DONE' : 'WRONG result');

async function request(id: string, isHasty: boolean, sequence?: string): Promise<string> {
  const failures = is('hopeless') ? Number.MAX_SAFE_INTEGER : Number(is('failing'));
  const data = { takesMs: random.below(MAX_TAKES_MS), failures };
  const own = { ...tenantOf(id), actionId: id, ...(sequence !== undefined && { sequence }) };
  const timeoutMs = isHasty ? 1 + random.below(HASTE_MS) : TIMEOUT_MS;
  const { of } = await client.request(ask, { ...own, data }, { timeoutMs });
  return checked(of === id);
}

/** Gives the request up, or cancels the action as somebody else would. */
async function cancel(id: string): Promise<string> {
  const own = { ...tenantOf(id), actionId: id };
  const data = { takesMs: random.below(CANCEL.takesMs), failures: 0 };
  const gone = new AbortController();
  const options = { timeoutMs: TIMEOUT_MS, signal: gone.signal };
  const result = client.request(ask, { ...own, data }, options);
  const byCaller = random.below(2) === 0;
  const ref = { domain: ask.domain, actionId: id };
  const cancelling = wait(random.below(CANCEL.afterMs)).then(async () => {
    if (byCaller) gone.abort(new ActionCancelledError(ref));
    // It ends by itself where the cancellation fails.
    else await queues.cancel(ref).catch(() => undefined);
  });
  const [answered] = await Promise.allSettled([result, cancelling]);
  if (answered.status === 'rejected') throw answered.reason;
  return checked(answered.value.of === id);
}

async function start(id: string, kind: MixedKind, isHasty: boolean): Promise<string> {
  const own = { ...tenantOf(id), actionId: id };
  const options = { timeoutMs: TIMEOUT_MS };
  if (kind === 'request') return request(id, isHasty);
  if (kind === 'sequence') return request(id, false, `sequence-${random.below(SEQUENCES)}`);
  if (kind === 'cancel') return cancel(id);
  if (kind === 'call') {
    const { of, step, parts } = await client.request(compose, { ...own, data: null }, options);
    return checked([of, step, ...parts].join() === [id, id, `${id} left`, `${id} right`].join());
  }
  const input = { ...own, data: { chunks: 1 + random.below(MAX_CHUNKS) } };
  return read(client.stream(tell, input, { ...options, onRestart: 'restart' }));
}

/** Waits for the outcome of an action that a killed process has sent, if it was accepted. */
async function takeOver(id: string, kind: MixedKind): Promise<string> {
  const { tenantId } = tenantOf(id);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const onRestart = 'restart' as const;
  if (kind === 'stream') {
    const ref = { domain: tell.domain, actionId: id, tenantId };
    return read(client.follow(ref, { definition: tell, onRestart, signal }));
  }
  const options = { timeoutMs: TIMEOUT_MS };
  if (kind === 'call') {
    const ref = { domain: compose.domain, actionId: id, tenantId };
    const { of } = await client.resume(ref, { ...options, definition: compose });
    return checked(of === id);
  }
  const ref = { domain: ask.domain, actionId: id, tenantId };
  const { of } = await client.resume(ref, { ...options, definition: ask });
  return checked(of === id);
}

const { open, asked } = openOf(new JournalReader(folder).read(), inbox);
let left = count - asked;

async function lane(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const [id, kind] = [newId(), random.pick(MIXED_KINDS)];
    const isHasty = kind === 'request' && is('hasty');
    journal.write({ event: 'asked', id, inbox, kind, isHasty });
    await ended(id, start(id, kind, isHasty));
  }
}

const takenOver = open.map(async ({ id, kind }) => ended(id, takeOver(id, kind)));
await Promise.all([...takenOver, ...Array.from({ length: concurrency }, lane)]);
await queues.close();
process.exit();
