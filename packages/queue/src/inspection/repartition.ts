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
 * Cuts an empty domain into another number of partitions. First the present ones are closed to everything,
 * callbacks included: whoever still knows only them is refused, looks again, and finds the new ones. A change
 * that was cut off is completed by the same call again. Throws DomainNotEmptyError, RangeError and
 * RedisUnavailableError.
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
