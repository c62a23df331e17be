export { ActionClient, type RequestOptions, type RequestQueues } from './action-client.ts';
export type { DroppedReplies } from './awaited-replies.ts';
export type { BrokerOptions } from './broker-options.ts';
export type {
  ClaimedAction,
  ClaimReply,
  ClaimRequest,
  Lease,
  Outcome,
  PutOff,
  QueueBroker,
  Settlement,
  SettleAnswer,
  SettleRefusal,
  SettleResult,
} from './broker.ts';
export { DeadLetters, type DeadLetter, type LetterChoice } from './dead-letters.ts';
export type { TenantDirectory, TenantEntry, TenantLimits } from './directory.ts';
export type { EnqueueOptions, EnqueueTerms, RunTime } from './enqueue-options.ts';
export { DomainQueueManager, type PauseTarget } from './manager.ts';
export type { QueueManagerOptions } from './manager-options.ts';
export type { CancelResult } from './operations/cancel.ts';
export type { DomainStats, TierStats } from './operations/stats.ts';
export type { PolicyOptions } from './policies.ts';
export { createBroker } from './partitioned-broker.ts';
export type { ActionSnapshot } from './snapshot.ts';
export type { CallbackTarget, SendOptions } from './send-options.ts';
export { TenantQueues, type TenantRequestOptions, type TenantTarget } from './tenant-queues.ts';
export type { ActionRef, EnqueueOutcome, Receipt } from './verdict.ts';
