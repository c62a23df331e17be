import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerSpec } from './launcher.ts';

/** The primary that a Sentinel monitors. */
export interface SentinelOptions {
  /** Name of the primary, as used by clients. */
  readonly name: string;
  /** Port of the primary on 127.0.0.1. */
  readonly primaryPort: number;
  /** Number of Sentinels that must agree that the primary is down. @default 1 */
  readonly quorum?: number;
  /** Time without a reply after which the primary is considered down (ms). @default 1_000 */
  readonly downAfterMs?: number;
}

/** Returns the spec of a Sentinel. Its configuration must be a file, because the Sentinel stores its state there. */
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
