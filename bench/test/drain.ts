import { createBroker, type ClaimedAction } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';

/** Claims until the queue is empty, as a worker does; each claim settles the previous one. Returns the number of actions. */
export async function drain(redis: RedisPool, slots: number): Promise<number> {
  const broker = createBroker({ domain: 'work', redis });
  let done = 0;
  let running: readonly ClaimedAction[] = [];
  do {
    const outcome = { status: 'done' } as const;
    const settlements = running.map((claimed) => ({ claimed, outcome }));
    ({ claimed: running } = await broker.claim({ slots, settlements }));
    done += running.length;
  } while (running.length > 0);
  await broker.close();
  return done;
}
