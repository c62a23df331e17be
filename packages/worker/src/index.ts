export { ActionProcessor, type Handler, type HandlerOptions } from './action-processor.ts';
export { DEFAULT_RETRY_POLICY, type RetryPolicy } from './backoff.ts';
export { BaseWorker } from './base-worker.ts';
export type { ActionContext } from './context.ts';
export { giveUp, retryLater, WorkerStopping, type RetryLaterOptions } from './control.ts';
export { currentAction, currentContext } from './current-action.ts';
export type {
  ActionEvent,
  ErrorEvent,
  FailedEvent,
  FinishedEvent,
  WorkerEventMap,
  WorkerEvents,
} from './events.ts';
export type { HealthReason, WorkerHealth } from './health.ts';
export type { LoggerOption } from './logging.ts';
export type { Middleware } from './middleware.ts';
export type { OnDead } from './on-dead.ts';
export type { WorkerOptions } from './options.ts';
export { throttlingOf, type Throttling } from './retry-after.ts';
