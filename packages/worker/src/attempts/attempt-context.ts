import type { DomainAction } from '@nooble/models';
import type { ClaimedAction, Lease } from '@nooble/queue';
import { AttemptContext, type ActionContext, type TraceContext } from '../handlers/context.ts';
import type { WaitHooks } from '../journal/waits.ts';
import type { AttemptScope } from './attempt-scope.ts';
import type { HandlerLimits } from './handler-limits.ts';

/** Access of a waiting handler to its attempt. */
export interface HandlerWaits {
  readonly lease: () => Lease;
  readonly hooks: Omit<WaitHooks, 'onResume'>;
}

/** Facts about one attempt that its handler may ask for. */
export interface AttemptFacts {
  readonly action: DomainAction;
  readonly claimed: ClaimedAction;
  readonly timeoutMs: number;
  /** Maximum number of attempts. */
  readonly attempts: number;
  readonly limits: HandlerLimits;
  readonly waiting: HandlerWaits;
  readonly emit: ActionContext['emit'];
  /** Called with the trace that the callback of the action continues. */
  readonly onTrace: (trace: TraceContext) => void;
}

/** Creates the context of a handler. */
export function attemptContext(scope: AttemptScope, facts: AttemptFacts): AttemptContext {
  const { queues, makeLogger, clock, journals, parkAfterMs } = scope;
  const { action, claimed, timeoutMs, attempts, limits, waiting, emit, onTrace } = facts;
  const attempt = claimed.failures + 1;
  const { lease } = waiting;
  const hooks = pausing(waiting, limits);
  return new AttemptContext({
    action,
    attempt,
    deadlineMs: () => clock.epochMs() + (limits.leftMs ?? timeoutMs),
    makeLogger,
    queues,
    isLastAttempt: () => attempt >= attempts,
    journal: { lease, journals, clock, parkAfterMs, hooks },
    running: limits.runningAction(),
    emit,
    onTrace,
  });
}

/** Returns a copy of an action with another trace. */
export function continuing(action: DomainAction, trace: TraceContext): DomainAction {
  return { ...action, metadata: { ...action.metadata, ...trace } };
}

/** The timeout stands still while the handler waits. */
function pausing({ hooks }: HandlerWaits, limits: HandlerLimits): WaitHooks {
  const onWait = (): void => {
    limits.pause();
    hooks.onWait();
  };
  return { ...hooks, onWait, onResume: () => limits.resume() };
}
