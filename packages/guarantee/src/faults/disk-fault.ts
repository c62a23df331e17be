import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { RedisPool } from '@nooble/redis';
import { untilReady } from '../schedule/until.ts';
import { USUAL_LIMIT_MS, type Fault } from './fault.ts';

/** With snapshots configured, a failed one makes Redis refuse writes. The interval never elapses during a run. */
export const SNAPSHOT_SETTINGS = ['--save', '3600 1000000000'] as const;

/** Time during which Redis cannot write its snapshot (ms). */
const FULL_MS = 1_000;

/**
 * Makes snapshots fail, as on a full disk, by a folder with the name of the snapshot file. Redis then refuses every write
 * with MISCONF until a snapshot succeeds.
 */
export function fullDisk(url: string, directory: string): Fault {
  const obstacle = join(directory, 'dump.rdb');
  return {
    name: 'disk full for 1 s',
    limitMs: USUAL_LIMIT_MS,
    async inject() {
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
