import { within } from '@nooble/redis';
import type { ClaimedAction, QueueBroker } from '@nooble/queue';
import type { Consumer } from './claiming/consumer.ts';
import type { Publish } from './reporting/events.ts';
import type { Ahead } from './attempts/ahead.ts';
import type { Running } from './attempts/running.ts';

/** Time for which aborted handlers may keep running before their actions are returned anyway (ms). */
const ABORT_GRACE_MS = 2_000;
/**
 * Maximum time for the last settlements and releases (ms). Actions that are not released by then are reclaimed when their
 * lease ends.
 */
const FAREWELL_MS = 5_000;
/** The same if Redis cannot be reached, and the time to find that out (ms): a stop must not wait for an outage to end. */
const AWAY = { farewellMs: 100, pingMs: 500 };

/** Dependencies of a shutdown. */
export interface ShutdownParts {
  readonly broker: QueueBroker;
  readonly consumer: Consumer;
  readonly running: Running;
  readonly ahead: Ahead;
  readonly publish: Publish;
  readonly graceMs: number;
}

/**
 * Stops a worker: ends claiming, returns the actions claimed ahead, waits up to `graceMs` for running handlers and aborts
 * their signals; unfinished actions then return to the head of their queues, before those claimed ahead. Resolves to the
 * number of returned actions. Never rejects.
 */
export async function shutDown(parts: ShutdownParts): Promise<number> {
  const { broker, consumer, running, ahead, publish, graceMs } = parts;
  const waiting = ahead.size;
  publish('stopping', { running: running.unended.length });
  consumer.stop();
  running.parkWaiting();
  await within(graceMs, running.allEnded(), undefined);
  for (const attempt of running.unended) attempt.abortForStop();
  await within(Math.min(ABORT_GRACE_MS, broker.leaseMs / 3), running.allEnded(), undefined);
  for (const attempt of running.unended) attempt.abandon();
  const unfinished = running.givenBack;
  const farewellMs = await farewellOf(parts);
  await within(farewellMs, consumer.drained(), undefined);
  const givenBack = release(
    parts,
    unfinished.map((attempt) => attempt.claimed),
  );
  await within(farewellMs, givenBack, undefined);
  for (const attempt of unfinished) running.dropLease(attempt);
  return waiting + unfinished.length;
}

async function farewellOf({ broker }: ShutdownParts): Promise<number> {
  const isThere = broker.ping().then(
    () => true,
    () => false,
  );
  return (await within(AWAY.pingMs, isThere, false)) ? FAREWELL_MS : AWAY.farewellMs;
}

/** Returns actions to the queue, in the order of their claim. If that fails they are reclaimed when their leases end. */
export async function release(
  { broker, publish }: Pick<ShutdownParts, 'broker' | 'publish'>,
  claimed: readonly ClaimedAction[],
): Promise<void> {
  if (claimed.length === 0) return;
  try {
    await broker.release(claimed);
    for (const one of claimed) publish('released', { claimed: one });
  } catch (error) {
    const attempted = `give ${claimed.length} actions back to domain "${broker.domain}"`;
    publish('error', { attempted, error });
  }
}
