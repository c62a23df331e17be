export { ActionClient } from './action-client.ts';
export type {
  ClientOptions,
  RequestOptions,
  RequestQueues,
  ResumeOptions,
} from './client-options.ts';
export type { UnclaimedReply } from './delivery/unclaimed-replies.ts';
export type { ActionStream } from './following/action-stream.ts';
export { RESTART, type Restart } from './following/restart.ts';
export type { FollowCall, StreamCall } from './following/stream-calls.ts';
export type { FollowOptions, StreamOptions } from './following/stream-options.ts';
export type { DroppedReplies } from './delivery/awaited-replies.ts';
export { BROKER_RULES, type BrokerOptions } from './claiming/broker-options.ts';
export type {
  ClaimedAction,
  ClaimResult,
  ClaimRequest,
  EmittedChunks,
  EmitResult,
  HeldKey,
  Hold,
  Lease,
  Outcome,
  Parked,
  PutOff,
  QueueBroker,
  Settlement,
  SettleAnswer,
  SettleAnswers,
  SettleRefusal,
  SettleResult,
  Wait,
  Word,
  WorkerLoad,
} from './broker.ts';
export { errorOfOutcome } from './delivery/outcome-error.ts';
export type {
  EndingsBatch,
  EndingsReader,
  EndingsReadOptions,
} from './recording/endings-reader.ts';
export type { HistoryOptions } from './recording/history-options.ts';
export type {
  HistoryEnding,
  HistoryEntry,
  HistoryGap,
} from './protocol/operations/endings-read.ts';
export type { HistoryStats } from './protocol/operations/history-stats.ts';
export type { SignalResult } from './delivery/signals.ts';
export type { Journals } from './claiming/journals.ts';
export { DeadLetters } from './inspection/dead-letters.ts';
export type { RunningAction } from './admission/running-action.ts';
export type { DeadLetter, LetterChoice, LetterPageOptions } from './inspection/dead-letters.ts';
export type { CheckedAction } from './admission/admitting.ts';
export { checkTenantEntry } from './admission/directory.ts';
export type { TenantDirectory, TenantEntry, TenantLimits } from './admission/directory.ts';
export type { EnqueueOptions, EnqueueTerms, RunTime } from './admission/enqueue-options.ts';
export type { Admit, Observers, QueueObserver, ReplyEvent } from './admission/observers.ts';
export type { PauseOptions, PauseTarget } from './inspection/pausing.ts';
export { DomainQueueManager } from './manager.ts';
export type { QueueManagerOptions } from './manager-options.ts';
export type { Resumed } from './protocol/operations/journal.ts';
export type { CancelResult } from './protocol/operations/cancel.ts';
export type { ThrottleHold } from './protocol/held-key-list.ts';
export type { DomainStats, TierStats } from './protocol/operations/stats.ts';
export type { PolicyOptions } from './admission/policies.ts';
export { createBroker } from './claiming/partitioned-broker.ts';
export type { Explanation } from './inspection/explanation.ts';
export type { Awaited, DelayReason, Reason, WaitingReason } from './inspection/reasons.ts';
export type { ActionPage, ListedAction, ListOptions } from './inspection/tenant-list.ts';
export type { TenantStats, TenantStatsOptions } from './inspection/tenant-stats.ts';
export type { DomainReport, ReportOptions, Reporting } from './inspection/reporting.ts';
export type { WorkerEntry } from './inspection/worker-list.ts';
export type { HeldBy } from './protocol/profile.ts';
export type { ListedState } from './protocol/operations/tenant-list.ts';
export type { TenantShare } from './protocol/operations/tenant-stats.ts';
export type { ActionSnapshot } from './inspection/snapshot.ts';
export type {
  CallbackTarget,
  SendOptions,
  TenantRequestOptions,
  TenantStreamCall,
  TenantStreamOptions,
} from './send-options.ts';
export { STREAM_LIMITS } from './emitting/limits.ts';
export type { ScheduledSendOptions, ScheduleOptions, ScheduleTimes } from './schedule-options.ts';
export type { Scheduling, SchedulesOptions } from './schedules.ts';
export type { SlotListener, SlotRef } from './scheduling/due-slots.ts';
export type { Missed } from './scheduling/slot-plan.ts';
export type { Timing } from './scheduling/slot-times.ts';
export type { Schedule, ScheduleRef } from './scheduling/stored-schedules.ts';
export { TenantQueues } from './tenant-queues.ts';
export type { TenantTarget } from './tenant-target.ts';
export { exportTenantQueues, type ExportedRecord } from './tenancy/export.ts';
export type { TenancyTarget } from './tenancy/parts.ts';
export { purgeTenantQueues, type PurgeOptions, type QueuePurge } from './tenancy/purge.ts';
export type { TenantRemains } from './tenancy/remains.ts';
export { THROTTLE_KEY_RULE } from './protocol/throttle-key.ts';
export { openJournals, openWorkerQueues, type WorkerQueues } from './worker-queues.ts';
export type { ActionRef, EnqueueResult, Receipt } from './admission/receipt.ts';
