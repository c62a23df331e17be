import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerSpec } from './launcher.ts';

/** What a Sentinel watches. */
export interface SentinelOptions {
  /** The name under which clients ask for the primary. */
  readonly name: string;
  /** Of the primary, on 127.0.0.1. */
  readonly primaryPort: number;
  /** Sentinels that have to agree that the primary is down. @default 1 */
  readonly quorum?: number;
  /** How long the primary may be silent (ms). @default 1_000 */
  readonly downAfterMs?: number;
}

/** How a Sentinel is started; its configuration is a file because it keeps what it learns there. */
export async function sentinelSpec(
  directory: string,
  { name, primaryPort, quorum = 1, downAfterMs = 1_000 }: SentinelOptions,
): Promise<Pick<ServerSpec, 'configFile' | 'settings'>> {
  const configFile = join(directory, 'sentinel.conf');
  const lines = [
    `sentinel monitor ${name} 127.0.0.1 ${primaryPort} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${10 * downAfterMs}`,
  ];
  await writeFile(configFile, `${lines.join('\n')}\n`);
  return { configFile, settings: ['--sentinel'] };
}
