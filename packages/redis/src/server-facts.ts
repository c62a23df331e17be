import type { RedisClient } from './ioredis.ts';

/** What a server says about itself in `INFO`. */
export interface ServerFacts {
  readonly flavour: 'redis' | 'valkey';
  readonly version: string;
  /** Bytes; 0 is without limit. */
  readonly maxMemory: number;
  readonly maxMemoryPolicy: string;
  readonly appendOnly: boolean;
}

/** Asks the server; on a Cluster, one of its nodes. */
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

/** What about a server contradicts the promises of a queue, in sentences; empty when nothing does. */
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
