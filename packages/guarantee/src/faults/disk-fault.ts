import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import { untilReady } from '../until.ts';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';

/** Snapshots, so that a failed one refuses writes; so rare that none is made by itself. */
export const SNAPSHOT_SETTINGS = ['--save', '3600 1000000000'] as const;

/** How long Redis cannot write its snapshot (ms). */
const FULL_MS = 1_000;

/**
 * The disk takes no snapshot, as when it is full: Redis refuses every write with MISCONF until one succeeds.
 * Here a folder is in its place.
 */
export function fullDisk(url: string, directory: string): Fault {
  const obstacle = join(directory, 'dump.rdb');
  return {
    name: 'disk full for 1 s',
    limitMs: USUAL_LIMIT_MS,
    async strike() {
      const pool = new RedisPool({ url, name: 'nooble-faults' });
      try {
        await rm(obstacle, { recursive: true, force: true });
        await mkdir(join(obstacle, 'in-the-way'), { recursive: true });
        await snapshot(pool, 'err');
        await wait(FULL_MS);
      } finally {
        await rm(obstacle, { recursive: true, force: true });
        await snapshot(pool, 'ok');
        await pool.close(200);
      }
    },
  };
}

async function snapshot(pool: RedisPool, status: 'ok' | 'err'): Promise<void> {
  const redis = pool.command();
  await untilReady(`a snapshot to end with ${status}`, async () => {
    const info = await redis.info('persistence');
    if (info.includes(`rdb_last_bgsave_status:${status}`)) return true;
    if (info.includes('rdb_bgsave_in_progress:0')) await redis.bgsave();
    return false;
  });
}
