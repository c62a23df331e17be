import { isoOf } from '@nooble/models';
import { FLAGS, type RunFacts } from '../protocol/header.ts';
import type { Facts } from '../protocol/operations/explain.ts';
import { awaitedIn } from './awaited.ts';
import type { DelayReason } from './reasons.ts';

/** Returns the reason why an action is delayed: the last thing that delayed it. */
export function delayReason(facts: Facts, run: RunFacts | undefined): DelayReason {
  const until = isoOf(facts.count('at') ?? 0);
  return (
    parked(until, facts, run) ??
    unhandled(until, run) ??
    throttled(until, run) ??
    retry(until, run) ??
    rateLimit(until, facts) ?? { kind: 'run-at', until }
  );
}

function parked(until: string, facts: Facts, run: RunFacts | undefined): DelayReason | undefined {
  if (run?.flags.includes(FLAGS.PARKED) !== true) return undefined;
  return { kind: 'parked', until, ...awaitedIn(facts) };
}

function unhandled(until: string, run: RunFacts | undefined): DelayReason | undefined {
  if (!run || run.unhandledSinceMs === 0) return undefined;
  return { kind: 'unhandled', until, since: isoOf(run.unhandledSinceMs) };
}

function throttled(until: string, run: RunFacts | undefined): DelayReason | undefined {
  if (!run || run.throttledSinceMs === 0) return undefined;
  return { kind: 'throttled', until, since: isoOf(run.throttledSinceMs) };
}

function retry(until: string, run: RunFacts | undefined): DelayReason | undefined {
  if (!run || run.failures === 0) return undefined;
  return { kind: 'retry', until, failures: run.failures };
}

function rateLimit(until: string, { of }: Facts): DelayReason | undefined {
  return of('booking') === undefined ? undefined : { kind: 'rate-limit', until };
}
