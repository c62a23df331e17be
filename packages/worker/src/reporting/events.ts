import type { EventEmitter } from 'node:events';
import type { WireError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import type { ClaimedAction, SlotRef } from '@nooble/queue';

/** Fields of all events about an action. */
export interface ActionEvent {
  readonly claimed: ClaimedAction;
  /** Absent if the envelope is malformed or does not match its lease. */
  readonly action?: DomainAction;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** An attempt that ended. */
export interface FinishedEvent extends ActionEvent {
  /** Time from the start of the attempt until its outcome (ms). */
  readonly runningMs: number;
}

/** An attempt that ended with an error. */
export interface FailedEvent extends FinishedEvent {
  readonly error: WireError;
}

/** A failure outside of handlers, such as an outage of Redis. The worker continues. */
export interface ErrorEvent {
  readonly attempted: string;
  readonly error: unknown;
}

/** Slots of a schedule that are not sent. */
export interface MissedEvent {
  /** The first of them. */
  readonly slot: SlotRef;
  /** `late`: no worker could send them in time; `unknown`: a worker may have sent it more than 23 h ago, and died. */
  readonly reason: 'late' | 'unknown';
  /** The next slot that is sent, ISO 8601 UTC; absent if there is none. */
  readonly next?: string;
}

/**
 * Events of a worker. `done`, `retry`, `throttled`, `unhandled`, `parked`, `dead`, `expired` and `cancelled` are published once
 * the queue has confirmed them; `lost` replaces them if the queue refused.
 */
export interface WorkerEventMap {
  consuming: [{ readonly domain: string }];
  /** A claim returned. `slots` is the number of actions requested, including those ahead of a free slot. */
  claimed: [{ readonly count: number; readonly slots: number; readonly tookMs: number }];
  started: [ActionEvent];
  done: [FinishedEvent & { readonly result: unknown }];
  retry: [FailedEvent & { readonly delayMs: number }];
  /** Retried after `delayMs` without counting a failure: a resource of the handler is at its limit. */
  throttled: [FailedEvent & { readonly delayMs: number }];
  /** Retried after `delayMs` without counting a failure: this worker has no handler for the type. */
  unhandled: [FailedEvent & { readonly delayMs: number }];
  /** The handler only waits for calls and signals, and no longer in this process. */
  parked: [FinishedEvent];
  dead: [FailedEvent];
  /** It expired while it ran. */
  expired: [FailedEvent];
  /** It was cancelled while it ran. */
  cancelled: [FinishedEvent];
  /** The handler ignored its abort signal past the grace period and still holds a slot. */
  overdue: [FinishedEvent];
  /** Returned to the queue unfinished: the worker stops, or the action found no slot soon enough. */
  released: [{ readonly claimed: ClaimedAction }];
  /** Another worker holds the lease. The result, if any, is dropped. */
  lost: [ActionEvent];
  /** Slots of a schedule were missed and are not sent. A slot that is refused is an `error`, and is tried again. */
  missed: [MissedEvent];
  error: [ErrorEvent];
  stopping: [{ readonly running: number }];
  stopped: [{ readonly released: number }];
}

/**
 * Node's event emitter, typed. An `error` event does not mean that the worker stopped: it recovers from every outage. Do not
 * wait with `once` of `node:events`, which rejects at the first `error`, but with `await new Promise((resolve) =>
 * worker.events.once('stopped', resolve))`.
 */
export type WorkerEvents = EventEmitter<WorkerEventMap>;

/** Publishes an event. An error of a listener is published as an `error` event and affects nothing else. */
export type Publish = <Name extends keyof WorkerEventMap>(
  name: Name,
  event: WorkerEventMap[Name][0],
) => void;

/** Returns the function that publishes to an emitter of worker events. */
export function publisherOf(events: WorkerEvents): Publish {
  // Node's own signature cannot relate a generic name to its payload.
  const emit = events.emit.bind(events) as (name: string, event: unknown) => boolean;
  return (name, event) => {
    // Node throws an 'error' event without a listener.
    if (name === 'error' && events.listenerCount('error') === 0) return;
    try {
      emit(name, event);
    } catch (error) {
      if (name === 'error') return;
      publisherOf(events)('error', { attempted: `tell a listener about "${name}"`, error });
    }
  };
}
