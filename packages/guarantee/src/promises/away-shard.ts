import { stalledMs } from '../checks/idleness.ts';
import type { Line } from '../journal/journal.ts';
import { REQUEST_TENANTS, REQUESTS_EACH } from '../load/shard-requests.ts';
import type { ProcessGroup } from '../scenario/process-group.ts';
import { until } from '../schedule/until.ts';
import type { Shard } from '../target/target.ts';

/** Longer than a worker waits for an inbox (ms). */
const AWAY_MS = 4_000;
/** Interval between requests, and the number of replies through each inbox before the shard goes away. */
const REST_MS = 200;
const FIRST = 4;
/** Minimum number of requests into the shard that the outage delayed. */
const MIN_DELAYED = 5;
/** Shorter than a worker waits for an unreachable inbox (ms). */
const PROMPT_MS = 1_500;
/** Time limit for all requests to settle (ms); each has a timeout of 30 s. */
const TIMEOUT_MS = 90_000;

/** Results of requests while a shard was away that holds inboxes and no queue. */
export interface ShardAway {
  /** Number of requests into the shard that ended with a result, ended with an error, or did not end. */
  readonly answered: number;
  readonly failed: number;
  readonly open: number;
  /** Number of requests through another inbox whose reply was late or missing. */
  readonly late: number;
  readonly isTested: boolean;
}

/** Starts requests through an inbox on the shard and through another. Resolves once both receive replies. */
export async function startRequests(group: ProcessGroup, { slots }: Shard): Promise<void> {
  group.start('shard-requester', { slots, restMs: REST_MS });
  const isAnswered = (tenant: string): boolean =>
    linesOf(group.history(), 'answered', tenant).length >= FIRST;
  const areBothAnswered = (): boolean =>
    isAnswered(REQUEST_TENANTS.away) && isAnswered(REQUEST_TENANTS.near);
  await until(() => areBothAnswered() || undefined, TIMEOUT_MS);
}

/** Takes the shard away. Resolves when it is back and every request has settled, or when the promise is broken. */
export async function outlastShard(
  group: ProcessGroup,
  shard: Shard,
  isBroken: () => boolean,
): Promise<ShardAway> {
  await group.inject(shard.awayFor(AWAY_MS));
  const areSettled = (): boolean => group.of('shard-requester').length === 0;
  await until(() => isBroken() || areSettled() || undefined, TIMEOUT_MS);
  return judge(group.history());
}

function judge(history: readonly Line[]): ShardAway {
  const away = linesOf(history, 'answered', REQUEST_TENANTS.away);
  const failed = linesOf(history, 'unanswered', REQUEST_TENANTS.away).length;
  const near = linesOf(history, 'answered', REQUEST_TENANTS.near);
  const prompt = near.filter(({ at, ms = 0 }) => ms <= PROMPT_MS + stalledMs(history, at - ms, at));
  const delayed = failed + away.filter(({ ms = 0 }) => ms > PROMPT_MS).length;
  return {
    answered: away.length,
    failed,
    open: REQUESTS_EACH - away.length - failed,
    late: REQUESTS_EACH - prompt.length,
    isTested: delayed >= MIN_DELAYED,
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
