import { setTimeout as wait } from 'node:timers/promises';
import type { Outage } from '../checks/taken-over.ts';
import type { ProcessGroup } from '../scenario/process-group.ts';
import type { ProgramProcess } from '../scenario/program-process.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import { isUp } from '../scenario/recorded.ts';

/** Minimum number of actions that workers hold when the outage starts. */
export const MIN_HELD = 3;
const TIMEOUT_MS = 10_000;

/**
 * Makes Redis unreachable for all workers for longer than a lease while they hold actions; no worker dies. The holders
 * stay frozen until a spare worker has made a claim after the outage: otherwise the order in which Redis reads the pending
 * commands decides whether a claim comes before the renewals. Returns undefined if a busy machine thawed them too late.
 */
export async function outlast(
  group: ProcessGroup,
  { target }: Trial,
  leaseMs: number,
): Promise<Outage | undefined> {
  const ms = 1.5 * leaseMs;
  const holders = group.of('worker');
  const spare = group.start('worker', { concurrency: 1, recordsClaims: true });
  await until(() => isUp(group, spare) || undefined, TIMEOUT_MS);
  await until(() => heldBy(group, holders) >= MIN_HELD || undefined, TIMEOUT_MS);
  const from = Date.now();
  for (const holder of holders) holder.freeze();
  if (target.awayFor) await target.awayFor(ms).inject();
  else await freeze(spare, ms);
  const back = Date.now();
  await until(() => hasClaimed(group, spare, from + leaseMs) || undefined, TIMEOUT_MS);
  for (const holder of holders) holder.thaw();
  const to = Date.now();
  // After the first claim the holders have a third of a lease to renew; half of that is enough for a connection and a renewal.
  const lateMs = leaseMs / 6;
  if (to - firstClaim(group, spare, back) > lateMs) return undefined;
  // Long enough for any worker to take over an action.
  await wait(2 * leaseMs);
  return { from, to, lateMs };
}

/** Returns the earliest time at which Redis can have made a claim of the worker since it is back. */
function firstClaim(group: ProcessGroup, { pid }: ProgramProcess, back: number): number {
  const claims = group
    .history()
    .flatMap((line) =>
      line.event === 'claimed' && line.pid === pid && line.at >= back ? [line.at - line.ms] : [],
    );
  return Math.max(back, Math.min(...claims));
}

/** Returns true if the worker has made a claim since a time, except one sent before: that may not have seen the outage. */
function hasClaimed(group: ProcessGroup, { pid }: ProgramProcess, since: number): boolean {
  return group
    .history()
    .some((line) => line.event === 'claimed' && line.pid === pid && line.at - line.ms >= since);
}

function heldBy(group: ProcessGroup, holders: readonly ProgramProcess[]): number {
  const pids = new Set(holders.map(({ pid }) => pid));
  const open = new Set<string>();
  for (const line of group.history()) {
    if (line.event === 'started' && pids.has(line.pid)) open.add(line.id);
    if (line.event === 'settled') open.delete(line.id);
  }
  return open.size;
}

/** Freezes the spare worker too, if the server may not be disturbed or would be replaced by another. */
async function freeze(spare: ProgramProcess, ms: number): Promise<void> {
  spare.freeze();
  await wait(ms);
  spare.thaw();
}
