import { Ahead } from './attempts/ahead.ts';
import { Words } from './attempts/words.ts';
import type { Attempt, AttemptHooks } from './attempts/attempt.ts';
import type { AttemptScope } from './attempts/attempt-scope.ts';
import type { ClaimedAction, Lease, QueueBroker } from '@nooble/queue';
import type { Logger } from 'pino';
import { systemClock, type Clock } from './timing/clock.ts';
import { openConnections, type Connections } from './connections.ts';
import { OuterMiddleware } from './handlers/middleware.ts';
import { HeldKeys } from './attempts/held-keys.ts';
import { Consumer } from './claiming/consumer.ts';
import { publisherOf, type Publish, type WorkerEvents } from './reporting/events.ts';
import { actionLogger, logEvents, resolveLogger } from './reporting/logging.ts';
import { resolveOptions, type ResolvedOptions, type WorkerOptions } from './options.ts';
import { Prefetch } from './claiming/prefetch.ts';
import { Renewal } from './claiming/renewal.ts';
import { SlotRunner } from './claiming/slot-runner.ts';
import { Running } from './attempts/running.ts';
import { PendingSettlements } from './settling/pending-settlements.ts';
import { release } from './shutdown.ts';

/** The connected parts of one worker. */
export interface Assembly {
  readonly options: ResolvedOptions;
  readonly connections: Connections;
  readonly running: Running;
  readonly ahead: Ahead;
  readonly consumer: Consumer;
  readonly renewal: Renewal;
  readonly slotRunner: SlotRunner;
  readonly publish: Publish;
  readonly clock: Clock;
  readonly middleware: OuterMiddleware;
}

/** Checks the options and builds the parts. Nothing runs yet. */
export function assemble(workerOptions: WorkerOptions, events: WorkerEvents): Assembly {
  const options = resolveOptions(workerOptions);
  const logger = resolveLogger(workerOptions.logger, options.domain);
  logEvents(events, logger);
  const publish = publisherOf(events);
  const connections = openConnections(options.domain, workerOptions);
  const { broker, queues } = connections;
  const settlements = new PendingSettlements({
    broker,
    publish,
    onAnswered: (one) => running.dropLease(one),
    onRetried: () => consumer.schedule(),
  });
  const words = new Words();
  const shared = { publish, clock: systemClock, heldKeys: new HeldKeys(systemClock) };
  const middleware = new OuterMiddleware();
  const scope = scopeOf({ options, connections, words, logger, middleware, ...shared });
  const hooks: Omit<AttemptHooks, 'takeSlot'> = {
    onEnd: (attempt) => routeEnding(attempt, { running, ahead, settlements, consumer, publish }),
    onReturn: ({ runningMs }) => onFreeSlot(runningMs),
    onWait: () => onFreeSlot(),
  };
  const onFreeSlot = (runningMs?: number): void => {
    if (runningMs !== undefined) prefetch.note(runningMs);
    ahead.startNext();
    consumer.schedule();
  };
  const running: Running = new Running(scope, hooks);
  const prefetch = new Prefetch(options);
  const giveBack = releaserOf({ broker, publish });
  const onChange = (): void => consumer.schedule();
  const ahead: Ahead = new Ahead({ running, ...shared, release: giveBack, onChange });
  listen(broker, words, { running, ahead });
  const slotRunner = new SlotRunner({ domain: options.domain, queues, publish });
  const parts = { broker, settlements, running, ahead, prefetch, slotRunner, ...shared };
  const consumer: Consumer = new Consumer({ ...options, ...parts, release: giveBack });
  const renewal = new Renewal({ broker, running, ahead, publish });
  const loops = { consumer, renewal, slotRunner };
  return { options, connections, running, ahead, middleware, ...loops, ...shared };
}

/** Words of the broker reach the attempts of this worker. */
function listen(
  broker: QueueBroker,
  words: Words,
  attempts: { readonly running: Running; readonly ahead: Ahead },
): void {
  words.connect(attempts);
  broker.onWord((word) => words.hear(word));
}

interface ScopeParts extends Pick<
  Assembly,
  'options' | 'connections' | 'publish' | 'clock' | 'middleware'
> {
  readonly heldKeys: HeldKeys;
  readonly words: Words;
  readonly logger: Logger;
}

function scopeOf({ options, connections, words, logger, ...shared }: ScopeParts): AttemptScope {
  const { broker, queues, journals } = connections;
  const wasCancelled = (lease: Lease): boolean => words.wasCancelled(lease);
  const makeLogger: AttemptScope['makeLogger'] = (...of) => actionLogger(logger, ...of);
  return { ...options, ...shared, broker, queues, journals, wasCancelled, makeLogger };
}

type Release = (claimed: readonly ClaimedAction[]) => Promise<void>;

function releaserOf(parts: Pick<Connections, 'broker'> & { readonly publish: Publish }): Release {
  return async (claimed) => release(parts, claimed);
}

interface Route {
  readonly running: Running;
  readonly ahead: Ahead;
  readonly settlements: PendingSettlements;
  readonly consumer: Consumer;
  readonly publish: Publish;
}

function routeEnding(attempt: Attempt, route: Route): void {
  const { running, ahead, settlements, consumer, publish } = route;
  const status = attempt.ending?.status;
  // The stop returns these together, so that they keep their order.
  if (status === 'release') return;
  if (status === 'lost') {
    running.dropLease(attempt);
    ahead.drop(attempt);
    publish('lost', attempt.event);
    return;
  }
  if (status === 'requeued') {
    running.dropLease(attempt);
    publish('released', { claimed: attempt.claimed });
    return;
  }
  settlements.add(attempt);
  consumer.schedule();
}
