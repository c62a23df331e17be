import { checkOption, DomainNotEmptyError, rule } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { domainStats } from './domain-stats.ts';
import { historySetCall } from '../protocol/operations/history-set.ts';
import { pauseCall, type PauseArguments } from '../protocol/operations/pause.ts';
import { MAX_PARTITIONS, type DomainKeyspaces, type Partitions } from '../protocol/partitions.ts';

export interface RepartitionParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

const PARTITIONS = rule.whole(1, MAX_PARTITIONS);

/**
 * Changes the number of partitions of an empty domain. First all present partitions are closed, for callbacks as well:
 * processes that know only these are refused, read the count again and find the new ones. The new ones keep the history by the
 * same rule; endings that are not recorded yet count as what the domain holds. If the change was interrupted,
 * repeating the call completes it. Throws DomainNotEmptyError, RangeError and RedisUnavailableError.
 */
export async function repartition(
  { redis, partitions }: RepartitionParts,
  domain: string,
  count: number,
): Promise<void> {
  checkOption('number of partitions', count, PARTITIONS);
  const present = await partitions.lookAgain(domain);
  const { paused, history } = await domainStats(redis, domain, present);
  if (present.all.length === count && paused !== 'moved') return;
  const set = async (keyspaces: DomainKeyspaces, pause: PauseArguments): Promise<void> => {
    for (const keyspace of keyspaces.all) {
      await ask(
        redis,
        pauseCall(keyspace, { ...pause, evenMoved: true }),
        `repartition domain "${domain}"`,
      );
    }
  };
  const asBefore: PauseArguments =
    paused === false || paused === 'moved'
      ? { verb: 'resume', admission: false }
      : { verb: 'pause', admission: paused === 'admission' };
  await set(present, { verb: 'move', admission: true });
  const left = leftIn(await domainStats(redis, domain, present));
  if (left > 0) {
    await set(present, asBefore);
    throw new DomainNotEmptyError({ domain, left });
  }
  // Before the count: a repeated call could not know the rule.
  for (const keyspace of partitions.at(domain, count).all) {
    const call = historySetCall(keyspace, history?.rule);
    await ask(redis, call, `keep the history of domain "${domain}"`);
  }
  await set(await partitions.write(domain, count), asBefore);
}

function leftIn({
  tiers,
  callbacksPending,
  suspects,
  history,
}: Awaited<ReturnType<typeof domainStats>>) {
  const inTiers = Object.values(tiers).map(
    ({ waiting, active, delayed, dead }) => waiting + active + delayed + dead,
  );
  const unrecorded = (history?.entries ?? 0) + (history?.dropped ?? 0);
  return inTiers.reduce((sum, each) => sum + each, callbacksPending + suspects + unrecorded);
}
