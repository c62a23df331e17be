import { isoOf } from '@nooble/models';
import { FLAGS, type RunFacts } from '../protocol/header.ts';
import type { Facts } from '../protocol/operations/explain.ts';
import { readWorker } from '../protocol/operations/workers.ts';
import { awaitedIn } from './awaited.ts';
import type { Reason } from './reasons.ts';
import { entryOf, type WorkerEntry } from './worker-list.ts';

/** Returns who runs an active action, and what its handler waits for. */
export function activeReasons(facts: Facts, run: RunFacts | undefined): Reason[] {
  const leaseMs = facts.count('at') ?? 0;
  const found = [
    running(leaseMs, facts, run),
    waits(facts, run),
    cancelled(run),
    leaseEnded(leaseMs, facts),
  ];
  return found.filter((reason) => reason !== undefined);
}

function running(leaseMs: number, facts: Facts, run: RunFacts | undefined): Reason {
  const worker = workerOf(facts, run);
  return {
    kind: 'running',
    since: isoOf(Math.floor(Number(run?.token) / 1_000)),
    leaseUntil: isoOf(leaseMs),
    attempt: (run?.failures ?? 0) + 1,
    workerId: run?.holder ?? '',
    ...(worker && { worker }),
  };
}

/** Returns undefined for a worker that is not live. */
function workerOf({ of }: Facts, run: RunFacts | undefined): WorkerEntry | undefined {
  const end = of('holder_until');
  if (!run || end === undefined) return undefined;
  return entryOf(readWorker([run.holder, end, of('holder_facts') ?? '']));
}

function waits(facts: Facts, run: RunFacts | undefined): Reason | undefined {
  if (run?.flags.includes(FLAGS.WAITS) !== true) return undefined;
  return { kind: 'waits', ...awaitedIn(facts) };
}

function cancelled(run: RunFacts | undefined): Reason | undefined {
  return run?.flags.includes(FLAGS.CANCELLED) === true ? { kind: 'cancelled' } : undefined;
}

function leaseEnded(leaseMs: number, { nowMs }: Facts): Reason | undefined {
  return leaseMs > nowMs ? undefined : { kind: 'lease-ended', at: isoOf(leaseMs) };
}
