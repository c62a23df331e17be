import type { EventEmitter } from 'node:events';
import type { WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ClaimedAction } from '@nooble/queue';

/** What every event of one action carries. */
export interface ActionEvent {
  readonly claimed: ClaimedAction;
  /** Absent when the envelope could not be read or disagrees with its lease. */
  readonly action?: DomainAction;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** An attempt that ended. */
export interface FinishedEvent extends ActionEvent {
  /** From the start of the attempt until its outcome (ms). */
  readonly runningMs: number;
}

/** An attempt that ended badly. */
export interface FailedEvent extends FinishedEvent {
  readonly error: WireError;
}

/** Something went wrong outside of a handler, such as an outage of Redis; the worker goes on. */
export interface ErrorEvent {
  readonly attempted: string;
  readonly error: unknown;
}

/**
 * What a worker publishes. `done`, `retry`, `throttled`, `unhandled` and `dead` are published once the queue has confirmed them,
 * and `lost` instead of them when it refused.
 */
export interface WorkerEventMap {
  consuming: [{ readonly domain: string }];
  /** A call that may claim was answered; `slots` is the number of actions requested, those ahead of a free slot included. */
  claimed: [{ readonly count: number; readonly slots: number; readonly tookMs: number }];
  started: [ActionEvent];
  done: [FinishedEvent & { readonly result: unknown }];
  retry: [FailedEvent & { readonly delayMs: number }];
  /** Runs again after `delayMs` with no failure counted: what its handler uses is at its limit. */
  throttled: [FailedEvent & { readonly delayMs: number }];
  /** Runs again after `delayMs` with no failure counted: this worker has no handler for its type. */
  unhandled: [FailedEvent & { readonly delayMs: number }];
  dead: [FailedEvent];
  /** The handler outlived its timeout and the grace after it; it still holds a slot. */
  overdue: [FinishedEvent];
  /** Given back to the queue unfinished: the worker stops, or the action found no slot soon enough. */
  released: [{ readonly claimed: ClaimedAction }];
  /** The lease went to another worker; the result, if there was one, is dropped. */
  lost: [ActionEvent];
  error: [ErrorEvent];
  stopping: [{ readonly running: number }];
  stopped: [{ readonly released: number }];
}

/**
 * Node's event emitter, typed. An `error` event does not mean that the worker stopped: it goes on after
 * every outage. So do not wait with `once` of `node:events`, which rejects at the first `error`, but with
 * `await new Promise((resolve) => worker.events.once('stopped', resolve))`.
 */
export type WorkerEvents = EventEmitter<WorkerEventMap>;

/** Announces one fact. A listener that throws is reported as an `error` event and disturbs nobody. */
export type Publish = <Name extends keyof WorkerEventMap>(
  name: Name,
  event: WorkerEventMap[Name][0],
) => void;

/** Makes the way into an emitter of worker events. */
export function publisherOf(events: WorkerEvents): Publish {
  // Node's own signature cannot relate a generic name to its payload.
  const emit = events.emit.bind(events) as (name: string, event: unknown) => boolean;
  return (name, event) => {
    // Node throws an 'error' event nobody listens to.
    if (name === 'error' && events.listenerCount('error') === 0) return;
    try {
      emit(name, event);
    } catch (error) {
      if (name === 'error') return;
      publisherOf(events)('error', { attempted: `tell a listener about "${name}"`, error });
    }
  };
}
