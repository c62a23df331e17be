import type { DomainAction, Tier, TierPolicy } from '@nooble/models';
import type { DomainQueueManager, Journals, Lease, QueueBroker } from '@nooble/queue';
import type { Logger } from 'pino';
import type { ActionProcessor } from '../handlers/action-processor.ts';
import type { OuterMiddleware } from '../handlers/middleware.ts';
import type { RetryPolicy } from '../handlers/backoff.ts';
import type { Publish } from '../reporting/events.ts';
import type { HeldKeys } from './held-keys.ts';
import type { Clock } from '../timing/clock.ts';

/** Dependencies and options that all attempts of a worker share. */
export interface AttemptScope {
  readonly domain: string;
  readonly processor: ActionProcessor;
  readonly middleware: OuterMiddleware;
  /** Maximum number of attempts run concurrently. */
  readonly concurrency: number;
  readonly tiers: Readonly<Record<Tier, TierPolicy>>;
  readonly retry: RetryPolicy;
  readonly unhandledForMs: number;
  readonly timeoutGraceMs: number;
  readonly broker: Pick<QueueBroker, 'emit'>;
  readonly queues: Pick<DomainQueueManager, 'within'>;
  readonly journals: Journals;
  readonly parkAfterMs: number;
  /** Returns true if a word that its action was cancelled came before the reply of its claim. */
  readonly wasCancelled: (lease: Lease) => boolean;
  readonly makeLogger: (action: DomainAction, attempt: number) => Logger;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly heldKeys: HeldKeys;
}
