import type { ClaimedAction, QueueBroker } from '@nooble/queue';
import type { Consumer } from './consumer.ts';
import type { Publish } from './events.ts';
import type { Running } from './running.ts';
import { within } from './within.ts';

/** How long aborted handlers may take to return before their actions are given back all the same, ms. */
const ABORT_GRACE_MS = 2_000;
/** How long the last settlements and releases may take, ms; what is left comes back when its lease ends. */
const FAREWELL_MS = 5_000;

/** What a stop works with. */
export interface ShutdownParts {
  readonly broker: QueueBroker;
  readonly consumer: Consumer;
  readonly running: Running;
  readonly publish: Publish;
  readonly graceMs: number;
}

/**
 * Winds a worker down: no more claims, up to `graceMs` for running handlers, then their signals abort and
 * what is still unfinished goes back to the head of its queue. Resolves to the number given back. Never rejects.
 */
export async function shutDown(parts: ShutdownParts): Promise<number> {
  const { broker, consumer, running, publish, graceMs } = parts;
  publish('stopping', { running: running.unended.length });
  consumer.stop();
  await within(graceMs, running.allEnded(), undefined);
  for (const attempt of running.unended) attempt.abortForStop();
  await within(Math.min(ABORT_GRACE_MS, broker.leaseMs / 3), running.allEnded(), undefined);
  for (const attempt of running.unended) attempt.abandon();
  await within(FAREWELL_MS, consumer.drained(), undefined);
  const unfinished = running.givenBack;
  const givenBack = release(
    parts,
    unfinished.map((attempt) => attempt.claimed),
  );
  await within(FAREWELL_MS, givenBack, undefined);
  for (const attempt of unfinished) running.dropLease(attempt);
  return unfinished.length;
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
