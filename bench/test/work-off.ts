import { createBroker, type ClaimedAction } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';

/** Claims until there is nothing left, as a worker does; each claim settles the one before. Answers how many. */
export async function workOff(redis: RedisPool, slots: number): Promise<number> {
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
