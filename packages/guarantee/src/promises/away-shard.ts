import { ASKERS, ASKS } from '../actors/askers.ts';
import { stoodStillMs } from '../checks/idleness.ts';
import type { Line } from '../journal.ts';
import type { Scene } from '../scene.ts';
import type { Shard } from '../target.ts';
import { until } from '../until.ts';

/** Longer than a worker waits for any inbox (ms). */
const AWAY_MS = 4_000;
/** Calls through each inbox before the shard goes away; so many are made meanwhile. */
const REST_MS = 200;
const FIRST = 4;
/** Calls into the shard that the outage delayed; fewer would show nothing. */
const LEAST_DELAYED = 5;
/** Less than a worker waits for an inbox out of reach (ms). */
const PROMPTLY_MS = 1_500;
/** A call gives up after 30 s; a slow machine gets more time to do so (ms). */
const PATIENCE_MS = 90_000;

/** What became of calls while a shard was away that holds inboxes and no queue. */
export interface ShardAway {
  /** Calls into the shard that ended with a result, with an error, and not at all. */
  readonly answered: number;
  readonly failed: number;
  readonly open: number;
  /** Calls through another inbox that were answered late, or not. */
  readonly late: number;
  readonly isTried: boolean;
}

/** Begins to ask through an inbox on the shard and through another; resolves when both work. */
export async function startAsking(scene: Scene, { slots }: Shard): Promise<void> {
  scene.start('shard-asker', { slots, restMs: REST_MS });
  const isAnswered = (tenant: string): boolean =>
    linesOf(scene.history(), 'answered', tenant).length >= FIRST;
  const areBoth = (): boolean => isAnswered(ASKERS.away) && isAnswered(ASKERS.near);
  await until(() => areBoth() || undefined, PATIENCE_MS);
}

/** Takes the shard away until it is back and every call has settled, or something broke. */
export async function outlastShard(
  scene: Scene,
  shard: Shard,
  isBroken: () => boolean,
): Promise<ShardAway> {
  const fault = shard.awayFor(AWAY_MS);
  await scene.suffer(fault.name, async () => fault.strike());
  const areSettled = (): boolean => scene.of('shard-asker').length === 0;
  await until(() => isBroken() || areSettled() || undefined, PATIENCE_MS);
  return judge(scene.history());
}

function judge(history: readonly Line[]): ShardAway {
  const away = linesOf(history, 'answered', ASKERS.away);
  const failed = linesOf(history, 'unanswered', ASKERS.away).length;
  const near = linesOf(history, 'answered', ASKERS.near);
  const prompt = near.filter(
    ({ at, ms = 0 }) => ms <= PROMPTLY_MS + stoodStillMs(history, at - ms, at),
  );
  const delayed = failed + away.filter(({ ms = 0 }) => ms > PROMPTLY_MS).length;
  return {
    answered: away.length,
    failed,
    open: ASKS - away.length - failed,
    late: ASKS - prompt.length,
    isTried: delayed >= LEAST_DELAYED,
  };
}

function linesOf<Event extends 'answered' | 'unanswered'>(
  history: readonly Line[],
  event: Event,
  tenant: string,
) {
  return history.filter(
    (line): line is Extract<Line, { event: Event }> =>
      line.event === event && line.tenant === tenant,
  );
}
