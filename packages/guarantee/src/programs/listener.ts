// Requests speeches and reads them, or follows those of others from a position that somebody has reached, until it is killed.
import { isNoobleError } from '@nooble/errors';
import { newId } from '@nooble/models';
import { ActionClient, DomainQueueManager, type ActionStream, type Restart } from '@nooble/queue';
import { Reading, type Spoken } from '../checks/reading.ts';
import { Journal } from '../journal/journal.ts';
import { JournalReader } from '../journal/journal-reader.ts';
import { speech, SPEECH_TENANT } from '../load/speech-actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, journal: folder, seed, concurrency } = readProgramOptions();
const journal = new Journal(folder);
const reader = new JournalReader(folder);
const random = seededRandom(seed);
exitWithParent();
const queues = new DomainQueueManager({ redis, prefix });
const client = new ActionClient({ queues });

const TIMEOUT_MS = 30_000;
/** Chunks between two records of a position. */
const RECORDED = 100;
const MOST_CHUNKS = 1_500;

type Result = { token: number; chunks: number };
type Stream = ActionStream<Spoken | Restart, Result>;

/** Reads a stream to its end and records what is wrong with it. */
async function read(id: string, stream: Stream, after?: string): Promise<void> {
  const reading = new Reading(after);
  let count = 0;
  try {
    for (;;) {
      const next = await stream.next();
      const wrong = next.done === true ? reading.end(next.value) : reading.take(next.value);
      if (wrong) return journal.write({ event: 'spoiled', id, what: wrong });
      if (next.done === true) break;
      count += 1;
      if (count % RECORDED === 0)
        journal.write({ event: 'reached', id, position: stream.position ?? '' });
      // Some readers are slow.
      if (count % RECORDED === 0 && random.below(4) === 0)
        await new Promise((resolve) => void setTimeout(resolve, random.below(200)));
    }
    journal.write({ event: 'read', id, count, restarts: reading.restarts });
  } catch (error) {
    if (!isNoobleError(error)) throw error;
    journal.write({ event: 'unread', id, code: error.code });
  }
}

async function request(): Promise<void> {
  const actionId = newId();
  const input = { ...SPEECH_TENANT, actionId, data: { chunks: 1 + random.below(MOST_CHUNKS) } };
  journal.write({ event: 'requested', id: actionId });
  const options = { onRestart: 'restart', timeoutMs: TIMEOUT_MS } as const;
  await read(actionId, client.stream(speech, input, options));
}

/** Follows a speech from where any reader, alive or killed, has got to. */
async function follow(): Promise<void> {
  const known = reader.read().flatMap((line) => (line.event === 'reached' ? [line] : []));
  const recent = known.slice(-50);
  if (recent.length === 0) return;
  const { id, position } = random.pick(recent);
  const isResumed = random.below(2) === 0;
  const after = isResumed ? { after: position } : {};
  journal.write({ event: 'followed', id });
  const ref = { domain: speech.domain, actionId: id, tenantId: SPEECH_TENANT.tenantId };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const stream = client.follow(ref, {
    definition: speech,
    onRestart: 'restart',
    signal,
    ...after,
  });
  try {
    await read(id, stream, after.after);
  } catch (error) {
    if (!signal.aborted) throw error;
    journal.write({ event: 'unread', id, code: 'TIMEOUT' });
  }
}

async function listen(): Promise<never> {
  for (;;) {
    await (random.below(3) > 0 ? request() : follow());
    await new Promise((resolve) => void setTimeout(resolve, random.below(50)));
  }
}

await Promise.all(Array.from({ length: concurrency }, listen));
