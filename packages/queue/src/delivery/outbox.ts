import { QueuePausedError } from '@nooble/errors';
import { callbackItem } from '../admission/admission-item.ts';
import type { Admissions } from '../admission/admissions.ts';
import { MAX_IDS } from '../protocol/chunks.ts';
import { deliveryOf, type Delivery, type Outgoing } from './delivery.ts';
import type { Inboxes } from './inboxes.ts';
import type { OutboxEntry } from '../protocol/operations/tick.ts';
import { Undelivered } from './undelivered.ts';

/** The ways to those who are told. */
export interface OutboxRoutes {
  readonly admissions: Admissions;
  readonly inboxes: Inboxes;
}

/**
 * Delivers callbacks and replies, and remembers which of them to acknowledge with the next call. An entry whose
 * delivery fails stays in Redis and is handed to some worker again; it holds no other back.
 */
export class Outbox {
  readonly #routes: OutboxRoutes;
  readonly #delivering = new Map<string, Promise<void>>();
  readonly #undelivered = new Undelivered();
  #delivered: string[] = [];

  constructor(routes: OutboxRoutes) {
    this.#routes = routes;
  }

  /** Delivered and not acknowledged yet, for one call; give them back with `putBack` if it fails. */
  takeDelivered(): readonly string[] {
    return this.#delivered.splice(0, MAX_IDS);
  }

  putBack(callbackIds: readonly string[]): void {
    this.#delivered.push(...callbackIds);
  }

  /**
   * Starts one delivery unless it is under way already. A reply that fails after `nowMs` (the server's clock), when
   * its caller has stopped waiting, is given up.
   */
  deliver({ callbackId, delivery }: Outgoing, nowMs = 0): void {
    if (this.#delivering.has(callbackId)) return;
    const delivering = this.#deliver(callbackId, delivery, nowMs);
    this.#delivering.set(callbackId, delivering);
    void delivering.then(() => this.#delivering.delete(callbackId));
  }

  /** The same for entries that Redis handed out, at `nowMs` by its clock. */
  deliverStored(entries: readonly OutboxEntry[], nowMs: number): void {
    for (const entry of entries) {
      const delivery = readOr(() => deliveryOf(entry));
      if (delivery) this.deliver({ callbackId: entry.callbackId, delivery }, nowMs);
      // An unparseable envelope has no recipient to notify.
      else this.#delivered.push(entry.callbackId);
    }
  }

  /** Whom it could not tell lately, a sentence each. */
  warnings(): readonly string[] {
    return this.#undelivered.sentences();
  }

  /** Nothing is on its way, and nothing waits to be acknowledged. */
  get isIdle(): boolean {
    return this.#delivering.size === 0 && this.#delivered.length === 0;
  }

  /** Resolves when nothing is on its way. */
  async drained(): Promise<void> {
    await Promise.all(this.#delivering.values());
  }

  async #deliver(callbackId: string, delivery: Delivery, nowMs: number): Promise<void> {
    const isDelivered = await this.#send(delivery);
    if (isDelivered || isOver(delivery, nowMs)) this.#delivered.push(callbackId);
  }

  async #send(delivery: Delivery): Promise<boolean> {
    const target = delivery.to === 'inbox' ? delivery.replyTo : `Domain "${delivery.domain}"`;
    try {
      if (delivery.to === 'inbox') await this.#routes.inboxes.write(delivery);
      else await this.#admit(delivery);
      this.#undelivered.delivered(target);
      return true;
    } catch (error) {
      this.#undelivered.failed(target, error);
      return false;
    }
  }

  async #admit({ domain, callback, text }: Delivery & { to: 'domain' }): Promise<void> {
    const { kind } = await this.#routes.admissions.admit(domain, callbackItem(callback, text));
    if (kind !== 'accepted' && kind !== 'duplicate')
      throw new QueuePausedError({ domain, attempted: 'deliver a callback' });
  }
}

/** A callback is never given up. */
function isOver(delivery: Delivery, nowMs: number): boolean {
  return delivery.to === 'inbox' && delivery.untilMs < nowMs;
}

function readOr(read: () => Delivery | undefined): Delivery | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
