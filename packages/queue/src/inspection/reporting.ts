import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, TIERS, type Tier } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { Policies } from '../admission/policies.ts';
import { ask } from '../protocol/calling.ts';
import { Keyspace } from '../protocol/keyspace.ts';
import { readReporter, reporterCall } from '../protocol/operations/reporter.ts';
import type { DomainStats } from '../protocol/operations/stats.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { domainStats } from './domain-stats.ts';
import { listWorkers } from './worker-list.ts';

/** Figures of a domain, for its metrics. */
export interface DomainReport extends DomainStats {
  /** Number of live workers. */
  readonly workers: number;
  /** Weight of each tier, by the policies of this manager. */
  readonly weights: Readonly<Record<Tier, number>>;
}

/** Options of `report`. */
export interface ReportOptions {
  /** Name of the process. */
  readonly process: string;
  /** Time for which it is the reporter (ms). Another process takes over after it. */
  readonly forMs: number;
}

/** Function of a manager for the metrics of a domain. */
export interface Reporting {
  /**
   * Returns the figures of a domain if this process is its reporter, and undefined if another one is: however many processes
   * call it, one reads the domain. Throws RangeError for invalid options, and RedisUnavailableError.
   */
  report(this: void, domain: string, options: ReportOptions): Promise<DomainReport | undefined>;
}

/** Dependencies of reporting. */
export interface ReportingParts {
  readonly redis: RedisPool;
  readonly prefix: string;
  readonly partitions: Partitions;
  readonly policies: Policies;
}

const PROCESS = {
  isValid: (value: unknown) => typeof value === 'string' && /^[\w-]{1,128}$/.test(value),
  expected: 'a name of 1 to 128 letters, digits, _ and -',
};

const CHECK: OptionsCheck<ReportOptions> = {
  of: 'report',
  rules: { process: PROCESS, forMs: rule.whole(1) },
};

/** Returns the function for a manager. */
export function reportingOf(parts: ReportingParts): Reporting {
  return { report: async (domain, options) => report(parts, domain, options) };
}

async function report(
  { redis, prefix, partitions, policies }: ReportingParts,
  domain: string,
  options: ReportOptions,
): Promise<DomainReport | undefined> {
  assertDomain(domain);
  const { process, forMs } = readOptions(options, CHECK);
  const call = reporterCall(new Keyspace(prefix, domain), process, forMs);
  const reply = await ask(redis, call, `report the figures of domain "${domain}"`);
  if (!readReporter(reply)) return undefined;
  const keyspaces = await partitions.lookAgain(domain);
  const [stats, workers] = await Promise.all([
    domainStats(redis, domain, keyspaces),
    listWorkers(redis, domain, keyspaces),
  ]);
  const weights = TIERS.map((tier) => [tier, policies.of(domain, tier).weight] as const);
  return {
    ...stats,
    workers: workers.length,
    weights: Object.fromEntries(weights) as Record<Tier, number>,
  };
}
