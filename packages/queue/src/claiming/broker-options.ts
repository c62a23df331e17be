import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, resolveTierPolicies, TIERS, type TierOverrides } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { DEFAULT_PREFIX } from '../protocol/keys.ts';
import type { ClaimOrder, Share } from '../protocol/operations/claim.ts';
import type { TickRules } from '../protocol/operations/tick.ts';
import { PREFIX } from '../protocol/prefix.ts';
import { warn } from '../protocol/server-check.ts';

/** Options of a worker's queue. They must be the same for all workers of a domain. */
export interface BrokerOptions {
  readonly domain: string;
  readonly redis: RedisPool;
  /** @default 'nooble' */
  readonly prefix?: string;
  /** Overrides of `DEFAULT_TIER_POLICIES`; their weights apply in `weighted` mode. */
  readonly tiers?: TierOverrides;
  /** Length of a lease (ms). @default 30_000 */
  readonly leaseMs?: number;
  /** Order of the tiers: by priority, or shared by weight. @default 'strict' */
  readonly mode?: 'strict' | 'weighted';
  /** In `strict` mode every n-th turn goes to the tier that has waited longest; 0 disables this. @default 16 */
  readonly floor?: number;
  /**
   * Quantity that the tenants of a tier share by weight: turns, or the time for which their actions hold slots. @default
   * 'turns'
   */
  readonly share?: Share;
  /** Maximum number of workers that may die running an action before it is dead. @default 2 */
  readonly maxStalls?: number;
  /**
   * Maximum number of dead letters of a domain, or of a partition of it. The oldest are dropped, and counted. @default
   * 100_000
   */
  readonly maxDead?: number;
  /** Maximum age of a dead letter (ms). @default 14 days */
  readonly maxDeadAgeMs?: number;
  /** Maximum size of a callback, reply or kept result (bytes). @default 1 MiB */
  readonly maxPayloadBytes?: number;
  /** Called once if the settings of the server contradict the promises. @default `process.emitWarning` */
  readonly onWarning?: (warning: string) => void;
}

export interface ResolvedBrokerOptions {
  readonly domain: string;
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly order: ClaimOrder;
  readonly rules: TickRules;
  readonly maxPayloadBytes: number;
  readonly onWarning: (warning: string) => void;
}

export const MAX_PAYLOAD_BYTES = 1024 * 1024;
const DAY_MS = 86_400_000;

/** Rules of the broker's options, also for a worker that passes them on. `createBroker` checks `domain` and `tiers` itself. */
export const BROKER_RULES: OptionsCheck<BrokerOptions>['rules'] = {
  domain: rule.anything,
  redis: rule.anything,
  prefix: PREFIX,
  tiers: rule.anything,
  leaseMs: rule.whole(30, 3_600_000),
  mode: rule.oneOf('strict', 'weighted'),
  floor: rule.whole(0, 1_000_000),
  share: rule.oneOf('turns', 'time'),
  maxStalls: rule.whole(0, 1_000),
  maxDead: rule.whole(1, 10_000_000),
  maxDeadAgeMs: rule.whole(1, 366 * DAY_MS),
  maxPayloadBytes: rule.whole(1_024, 4 * 1024 * 1024),
  onWarning: rule.function,
};

/** Validates and completes the options. Throws InvalidActionError for names and RangeError for numbers. */
export function resolveBrokerOptions(given: BrokerOptions): ResolvedBrokerOptions {
  const options = readOptions(given, { of: 'a broker', rules: BROKER_RULES });
  const { domain, redis, prefix = DEFAULT_PREFIX, tiers, mode = 'strict' } = options;
  const { leaseMs = 30_000, floor = 16, share = 'turns', maxStalls = 2 } = options;
  const { maxDead = 100_000, maxDeadAgeMs = 14 * DAY_MS } = options;
  const { maxPayloadBytes = MAX_PAYLOAD_BYTES, onWarning = warn } = options;
  assertDomain(domain);
  const policies = resolveTierPolicies(tiers);
  const weights = TIERS.map((tier) => policies[tier].weight);
  const agreed = { leaseMs, maxStalls, maxDead, maxDeadAgeMs, mode, floor, share, weights };
  return Object.freeze({
    domain,
    redis,
    prefix,
    order: { mode, floor, weights, share },
    rules: {
      leaseMs,
      maxStalls,
      deliveryMs: 10_000,
      maxDeadAgeMs,
      maxDead,
      share,
      settings: textOf(agreed),
    },
    maxPayloadBytes,
    onWarning,
  });
}

/** For example `leaseMs 30000, floor 16`. */
function textOf(settings: Readonly<Record<string, number | string | readonly number[]>>): string {
  const entries = Object.entries(settings);
  return entries.map(([name, value]) => `${name} ${String(value)}`).join(', ');
}
