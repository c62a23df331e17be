import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { poolOf, type RedisPool } from '@nooble/redis';
import type { ActionClient } from './action-client.ts';
import { Admissions } from './admission/admissions.ts';
import { CallRings } from './protocol/call-ring.ts';
import { BROKER_RULES, MAX_PAYLOAD_BYTES } from './claiming/broker-options.ts';
import type { TenantDirectory } from './admission/directory.ts';
import { LastWork } from './last-work.ts';
import { DEFAULT_PREFIX } from './protocol/keys.ts';
import { Partitions } from './protocol/partitions.ts';
import { Observers } from './admission/observers.ts';
import { Policies, type PolicyOptions } from './admission/policies.ts';
import { warn } from './protocol/server-check.ts';

/** Options of a `DomainQueueManager`. */
export interface QueueManagerOptions extends PolicyOptions {
  /** A URL, whose connections the manager then owns, or a shared pool. */
  readonly redis: string | RedisPool;
  /** First part of every key; must be the same in all services that communicate. @default 'nooble' */
  readonly prefix?: string;
  /** Resolves tiers and limits at admission. @default the tier in the action */
  readonly directory?: TenantDirectory;
  /** Maximum size of an envelope (bytes). @default 1 MiB */
  readonly maxPayloadBytes?: number;
  /** Called once if the settings of the server contradict the promises. @default `process.emitWarning` */
  readonly onWarning?: (warning: string) => void;
}

const CHECK: OptionsCheck<QueueManagerOptions> = {
  of: 'a manager',
  rules: {
    redis: rule.anything,
    prefix: BROKER_RULES.prefix,
    directory: rule.anything,
    tiers: rule.anything,
    domains: rule.anything,
    maxPayloadBytes: BROKER_RULES.maxPayloadBytes,
    onWarning: BROKER_RULES.onWarning,
  },
};

/** Parts shared by a manager and those that its `within` creates. */
export interface QueueManagerParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly policies: Policies;
  readonly directory: TenantDirectory | undefined;
  readonly partitions: Partitions;
  readonly rings: CallRings;
  readonly admissions: Admissions;
  readonly maxPayloadBytes: number;
  readonly onWarning: (warning: string) => void;
  readonly observers: Observers;
  /** The client of `tenant().request`, created on first use. */
  readonly requests: { client?: ActionClient };
  /** Aborted by `close()`. */
  readonly closing: AbortController;
  /** Work that `close()` waits for, before it closes the connections. */
  readonly lastWork: LastWork;
  /** True if `close()` also closes the connections. */
  readonly ownsRedis: boolean;
}

/** Checks and completes the options. Throws RangeError, and InvalidActionError for names. */
export function openManagerParts(given: QueueManagerOptions): QueueManagerParts {
  const options = readOptions(given, CHECK);
  const { prefix = DEFAULT_PREFIX, directory, maxPayloadBytes = MAX_PAYLOAD_BYTES } = options;
  const { onWarning = warn } = options;
  const policies = new Policies(options);
  const ownsRedis = typeof options.redis === 'string';
  const redis = poolOf(options.redis, 'nooble-queues');
  const partitions = new Partitions({ redis, prefix });
  const rings = new CallRings();
  return Object.freeze({
    redis,
    prefix,
    policies,
    directory,
    partitions,
    rings,
    admissions: new Admissions({ redis, partitions, rings }),
    maxPayloadBytes,
    onWarning,
    observers: new Observers(onWarning),
    requests: {},
    closing: new AbortController(),
    lastWork: new LastWork(),
    ownsRedis,
  });
}
