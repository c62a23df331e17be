export { ActionProcessor, type Handler } from './handlers/action-processor.ts';
export type { HandlerOptions, ThrottleKeyOf } from './handlers/action-processor.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './handlers/backoff.ts';
export { BaseWorker } from './base-worker.ts';
export type { ActionContext, TraceContext } from './handlers/context.ts';
export { giveUp, retryLater, WorkerStopping } from './handlers/control.ts';
export type { HoldScope, RetryLaterOptions } from './handlers/control.ts';
export { currentAction, currentContext } from './handlers/current-action.ts';
export type {
  ActionEvent,
  ErrorEvent,
  FailedEvent,
  FinishedEvent,
  MissedEvent,
  WorkerEventMap,
  WorkerEvents,
} from './reporting/events.ts';
export type { HealthReason, WorkerHealth } from './claiming/health.ts';
export type { LoggerOption } from './reporting/logging.ts';
export type { Middleware } from './handlers/middleware.ts';
export type { OnDead } from './handlers/on-dead.ts';
export type { WorkerOptions } from './options.ts';
export { throttlingOf, type Throttling } from './attempts/retry-after.ts';
