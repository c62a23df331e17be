import { readOptions, rule, TenantMismatchError, type OptionsCheck } from '@nooble/errors';
import { TIERS, type Tier } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { lookUpTenant, type TenantDirectory, type TenantEntry } from '../admission/directory.ts';
import type { Policies } from '../admission/policies.ts';
import type { AdmissionPolicy } from '../protocol/admission.ts';
import { ask } from '../protocol/calling.ts';
import {
  readTenantStats,
  tenantStatsCall,
  type TenantFigures,
  type TenantShare,
} from '../protocol/operations/tenant-stats.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { HeldBy } from '../protocol/profile.ts';

/** Options of `tenantStats`. */
export interface TenantStatsOptions {
  /** Tier whose limits are shown. @default that of the directory, or of the first waiting action */
  readonly tier?: Tier;
}

/** Statistics of one tenant of a domain. Their cost does not grow with its actions. */
export interface TenantStats {
  readonly domain: string;
  readonly tenantId: string;
  /** Number of actions in its queues. Too high by the cancelled ones that no claim has met yet, and then `delayed` too low. */
  readonly waiting: number;
  /** Number of actions that wait in a sequence, behind the one that leads it. */
  readonly blocked: number;
  /** Number of active actions, including those whose handlers only wait: these do not count for its cap. */
  readonly active: number;
  /** Number of delayed actions, and of suspects, which wait outside its queues. */
  readonly delayed: number;
  readonly dead: number;
  /** Maximum number of concurrently running actions; null for no limit. */
  readonly cap: number | null;
  /** Share among the tenants of its tier. */
  readonly weight: number;
  /** Reasons why it is not served; empty if nothing holds it. */
  readonly heldBy: readonly HeldBy[];
  readonly domainPaused: TenantFigures['domainPaused'];
  /**
   * Number of admissions in the last minute, which are counted only if there is a limit, and of slots booked for later. The
   * limit is null for no limit, and absent if the tier is not known.
   */
  readonly minute: {
    readonly used: number;
    readonly booked: number;
    readonly limit?: number | null;
  };
  /** The same for the present UTC day. */
  readonly day: { readonly used: number; readonly limit?: number | null };
  /** Limit of waiting and delayed actions; absent if the tier is not known. */
  readonly maxDepth?: number | null;
  /** Its share of its tier while it is served; absent if it has no waiting action. */
  readonly share?: TenantShare;
}

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly policies: Policies;
  readonly directory: TenantDirectory | undefined;
}

interface Target {
  readonly domain: string;
  readonly tenantId: string;
  readonly options: TenantStatsOptions | undefined;
}

const CHECK: OptionsCheck<TenantStatsOptions> = {
  of: 'tenantStats',
  rules: { tier: rule.oneOf(...TIERS) },
};

/** Throws RangeError for invalid options, TenantDirectoryError and RedisUnavailableError. The names must have been checked. */
export async function tenantStats(
  parts: Parts,
  { domain, tenantId, options = {} }: Target,
): Promise<TenantStats> {
  const { tier } = readOptions(options, CHECK);
  const keyspace = (await parts.partitions.lookAgain(domain)).of(tenantId);
  const attempted = `read the figures of tenant "${tenantId}" in domain "${domain}"`;
  const [reply, entry] = await Promise.all([
    ask(parts.redis, tenantStatsCall(keyspace, tenantId), attempted),
    entryOf(tenantId, parts.directory),
  ]);
  const figures = readTenantStats(reply);
  const shown = tier ?? entry?.tier ?? figures.share?.tier;
  const limits =
    shown && parts.policies.admission(domain, entry?.tier === shown ? entry : { tier: shown });
  return { domain, tenantId, ...statsOf(figures, limits) };
}

function statsOf(
  figures: TenantFigures,
  limits: AdmissionPolicy | undefined,
): Omit<TenantStats, 'domain' | 'tenantId'> {
  const { depth, queued, blocked, active, dead, profile, minute, dayUsed, share } = figures;
  const waiting = Math.min(queued, depth - blocked);
  return {
    waiting,
    blocked,
    active,
    delayed: depth - waiting - blocked,
    dead,
    cap: profile ? profile.cap : (limits?.maxActive ?? null),
    weight: profile?.weight ?? limits?.weight ?? 1,
    heldBy: figures.heldBy,
    domainPaused: figures.domainPaused,
    minute: { ...minute, ...(limits && { limit: limits.perMinute }) },
    day: { used: dayUsed, ...(limits && { limit: limits.perDay }) },
    ...(limits && { maxDepth: limits.maxDepth }),
    ...(share && { share }),
  };
}

/** Returns undefined without a directory, and for a tenant that it does not know. */
async function entryOf(
  tenantId: string,
  directory: TenantDirectory | undefined,
): Promise<TenantEntry | undefined> {
  if (!directory) return undefined;
  try {
    return await lookUpTenant(tenantId, directory);
  } catch (error) {
    if (error instanceof TenantMismatchError) return undefined;
    throw error;
  }
}
