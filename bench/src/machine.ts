import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** Hardware and versions of a run. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ['@nooble/queue', 'bullmq', 'bee-queue', 'groupmq', 'ioredis'];

export function describeMachine(redisVersion: string): Machine {
  const packages = PACKAGES.map((name) => [name, versionOf(name)] as const);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: {
      node: process.versions.node,
      redis: redisVersion,
      ...Object.fromEntries(packages),
    },
  };
}

/** Reads the nearest package.json above the entry of a package, because not every package exports it. */
function versionOf(name: string): string {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    const found = read(join(folder, 'package.json'));
    if (found?.name === name && found.version !== undefined) return found.version;
    if (folder === dirname(folder)) return 'unknown';
    folder = dirname(folder);
  }
}

function read(file: string): { name?: string; version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
