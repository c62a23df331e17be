import { QueuePausedError, readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, assertTenantId } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { pauseCall, readPaused } from '../protocol/operations/pause.ts';
import type { Partitions } from '../protocol/partitions.ts';

/** Target of `pause` and `resume`: a domain, or one tenant of it. */
export type PauseTarget = string | { readonly domain: string; readonly tenantId?: string };

/** Options of `pause`. */
export interface PauseOptions {
  /** Also refuses new actions. @default false */
  readonly admission?: boolean;
}

const CHECK: OptionsCheck<PauseOptions> = {
  of: 'pause',
  rules: { admission: rule.boolean },
};

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

/** Pauses or resumes in every partition of the target. Throws QueuePausedError while the domain is being repartitioned. */
export async function setPaused(
  { redis, partitions }: Parts,
  target: PauseTarget,
  change: { readonly verb: 'pause' | 'resume'; readonly admission: boolean },
): Promise<void> {
  const { domain, tenantId } = readTarget(change.verb, target);
  const keyspaces = await partitions.lookAgain(domain);
  const who = tenantId === undefined ? {} : { tenantId };
  const paused = tenantId === undefined ? keyspaces.all : [keyspaces.of(tenantId)];
  const attempted = `${change.verb} domain "${domain}"`;
  for (const each of paused) {
    const isDone = readPaused(await ask(redis, pauseCall(each, { ...who, ...change }), attempted));
    if (!isDone) throw new QueuePausedError({ domain, attempted });
  }
}

function readTarget(verb: string, target: PauseTarget): Exclude<PauseTarget, string> {
  const rules = { domain: rule.anything, tenantId: rule.anything };
  const given = typeof target === 'string' ? { domain: target } : target;
  const { domain, tenantId } = readOptions<Exclude<PauseTarget, string>>(given, {
    of: verb,
    rules,
  });
  assertDomain(domain);
  if (tenantId !== undefined) assertTenantId(tenantId);
  return { domain, ...(tenantId !== undefined && { tenantId }) };
}

/** Throws RangeError for invalid options. */
export function pauseOf(options: PauseOptions): { verb: 'pause'; admission: boolean } {
  const { admission = false } = readOptions(options, CHECK);
  return { verb: 'pause', admission };
}
