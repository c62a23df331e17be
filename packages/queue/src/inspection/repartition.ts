import { checkOption, DomainNotEmptyError, rule } from '@nooble/errors';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { domainStats } from './domain-stats.ts';
import { pauseCall, type PauseArguments } from '../protocol/operations/pause.ts';
import { MAX_PARTITIONS, type DomainKeyspaces, type Partitions } from '../protocol/partitions.ts';

export interface RepartitionParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

const PARTITIONS = rule.whole(1, MAX_PARTITIONS);

/**
 * Changes the number of partitions of an empty domain. First all present partitions are closed, for callbacks as well:
 * processes that know only these are refused, read the count again and find the new ones. If the change was interrupted,
 * repeating the call completes it. Throws DomainNotEmptyError, RangeError and RedisUnavailableError.
 */
export async function repartition(
  { redis, partitions }: RepartitionParts,
  domain: string,
  count: number,
): Promise<void> {
  checkOption('number of partitions', count, PARTITIONS);
  const present = await partitions.lookAgain(domain);
  const { paused } = await domainStats(redis, domain, present);
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
  await set(await partitions.write(domain, count), asBefore);
}

function leftIn({ tiers, callbacksPending, suspects }: Awaited<ReturnType<typeof domainStats>>) {
  const inTiers = Object.values(tiers).map(
    ({ waiting, active, delayed, dead }) => waiting + active + delayed + dead,
  );
  return inTiers.reduce((sum, each) => sum + each, callbacksPending + suspects);
}
