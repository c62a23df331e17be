import type { ClaimedAction, QueueBroker } from '@nooble/queue';
import type { Consumer } from './claiming/consumer.ts';
import type { Publish } from './reporting/events.ts';
import type { Ahead } from './attempts/ahead.ts';
import type { Running } from './attempts/running.ts';
import { within } from './timing/within.ts';

/** How long aborted handlers may take to return before their actions are given back all the same (ms). */
const ABORT_GRACE_MS = 2_000;
/** How long the last settlements and releases may take (ms); what is left comes back when its lease ends. */
const FAREWELL_MS = 5_000;
/** The same when Redis is away, and how long it takes to find that out (ms): nobody waits for it in order to stop. */
const AWAY = { farewellMs: 100, pingMs: 500 };

/** What a stop works with. */
export interface ShutdownParts {
  readonly broker: QueueBroker;
  readonly consumer: Consumer;
  readonly running: Running;
  readonly ahead: Ahead;
  readonly publish: Publish;
  readonly graceMs: number;
}

/**
 * Winds a worker down: no more claims, what was claimed ahead goes back, up to `graceMs` for running handlers, then
 * their signals abort and what is still unfinished goes back to the head of its queue, before what was claimed ahead.
 * Resolves to the number given back. Never rejects.
 */
export async function shutDown(parts: ShutdownParts): Promise<number> {
  const { broker, consumer, running, ahead, publish, graceMs } = parts;
  const waiting = ahead.size;
  publish('stopping', { running: running.unended.length });
  consumer.stop();
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

/** Gives actions back, in the order of their claim. When that fails they come back at the end of their leases. */
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
