import type { RedisClient } from './ioredis.ts';

/** Properties of a server, from `INFO`. */
export interface ServerFacts {
  readonly flavour: 'redis' | 'valkey';
  readonly version: string;
  /** Memory limit (bytes); 0 means no limit. */
  readonly maxMemory: number;
  readonly maxMemoryPolicy: string;
  readonly appendOnly: boolean;
}

/** Reads the facts of a server; on a Cluster, of one of its nodes. */
export async function readServerFacts(client: RedisClient): Promise<ServerFacts> {
  const fields = fieldsOf(await client.info());
  const valkey = fields.get('valkey_version');
  return {
    flavour: valkey === undefined ? 'redis' : 'valkey',
    version: valkey ?? fields.get('redis_version') ?? 'unknown',
    maxMemory: Number(fields.get('maxmemory') ?? 0),
    maxMemoryPolicy: fields.get('maxmemory_policy') ?? 'unknown',
    appendOnly: fields.get('aof_enabled') === '1',
  };
}

/** Returns a warning for each property of a server that contradicts the promises of the queue. */
export function serverWarnings({ flavour, version, maxMemoryPolicy }: ServerFacts): string[] {
  const warnings: string[] = [];
  if (flavour === 'redis' && Number.parseInt(version, 10) < 7) {
    warnings.push(`Redis ${version} is too old for the scripts: use Redis 7.0 or newer`);
  }
  if (maxMemoryPolicy !== 'noeviction' && maxMemoryPolicy !== 'unknown') {
    warnings.push(
      `Redis evicts keys (maxmemory-policy ${maxMemoryPolicy}) and would lose accepted actions: set maxmemory-policy noeviction`,
    );
  }
  return warnings;
}

function fieldsOf(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
