import { EventEmitter } from 'node:events';
import type { DomainQueueManager } from '@nooble/queue';
import { assemble, type Assembly } from './assembly.ts';
import type { WorkerEventMap, WorkerEvents } from './reporting/events.ts';
import type { Middleware } from './handlers/middleware.ts';
import { readHealth, type WorkerHealth } from './claiming/health.ts';
import type { WorkerOptions } from './options.ts';
import { shutDown } from './shutdown.ts';
import { handleSignals } from './signals.ts';

/**
 * Runs the handlers of one domain: claims fair batches, renews their leases, settles the outcomes. Use it directly or extend
 * it. Throws InvalidActionError or RangeError for invalid options.
 */
export class BaseWorker {
  /** Events of the worker, listed in `WorkerEventMap`. */
  readonly events: WorkerEvents = new EventEmitter<WorkerEventMap>();
  readonly #parts: Assembly;
  #state: 'new' | 'started' | 'stopping' | 'stopped' = 'new';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #ignoreSignals: (() => void) | undefined;

  constructor(options: WorkerOptions) {
    this.#parts = assemble(options, this.events);
  }

  get domain(): string {
    return this.#parts.options.domain;
  }

  /** Manager behind `ctx.queues`. */
  get queues(): DomainQueueManager {
    return this.#parts.connections.queues;
  }

  /** Number of slots, and of those whose handler has not returned. */
  get slots(): { readonly total: number; readonly busy: number } {
    const { options, running } = this.#parts;
    return { total: options.concurrency, busy: running.slotsHeld };
  }

  /**
   * Adds middleware around everything that the processor runs: its own middleware and the check of the data included. Returns
   * a function that removes it.
   */
  use(middleware: Middleware): () => void {
    return this.#parts.middleware.add(middleware);
  }

  /**
   * Resolves when consuming. While Redis cannot be reached it retries, logs the reason, and `health()` is red. Idempotent. A
   * stopped worker cannot be restarted: rejects with an Error.
   */
  async start(): Promise<void> {
    if (this.#stopping)
      throw new Error(`Cannot start the worker of "${this.domain}": it was stopped`);
    return (this.#starting ??= this.#start());
  }

  /**
   * Stops claiming, waits up to `graceMs` for running handlers, aborts the rest, returns unfinished actions to their queues
   * and closes the connections it opened. Idempotent.
   */
  async stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** Reports whether the worker consumes, measured on the connection that consumes. Takes at most a second, never rejects. */
  async health(): Promise<WorkerHealth> {
    const { connections, consumer, running, ahead, options, clock } = this.#parts;
    const { concurrency } = options;
    const { broker } = connections;
    const facts = { concurrency, clock, state: this.#state };
    return readHealth({ broker, consumer, running, ahead, ...facts });
  }

  async #start(): Promise<void> {
    const { options, consumer, renewal, publish } = this.#parts;
    this.#state = 'started';
    if (options.handleSignals) this.#ignoreSignals = handleSignals(() => void this.stop());
    renewal.start();
    await consumer.start();
    if (this.#state === 'started') publish('consuming', { domain: options.domain });
  }

  async #stop(): Promise<void> {
    const { options, connections, consumer, running, ahead, renewal, slotRunner, publish } =
      this.#parts;
    this.#state = 'stopping';
    const { broker } = connections;
    const { graceMs } = options;
    await slotRunner.stop();
    const released = await shutDown({ broker, consumer, running, ahead, publish, graceMs });
    renewal.stop();
    consumer.close();
    await connections.close().catch((error: unknown) => {
      publish('error', { attempted: `close the connections of "${options.domain}"`, error });
    });
    this.#ignoreSignals?.();
    this.#state = 'stopped';
    publish('stopped', { released });
  }
}
