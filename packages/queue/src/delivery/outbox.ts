import { QueuePausedError } from '@nooble/errors';
import { callbackItem } from '../admission/admission-item.ts';
import type { Admissions } from '../admission/admissions.ts';
import { MAX_IDS } from '../protocol/chunks.ts';
import { deliveryOf, type Delivery, type Outgoing } from './delivery.ts';
import { deliverAnswer, type AnswerParts } from './answers.ts';
import type { Inboxes } from './inboxes.ts';
import type { ChildCancels } from './child-cancels.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import type { Acknowledged, OutboxEntry } from '../protocol/operations/tick.ts';
import { Undelivered } from './undelivered.ts';

/** The recipients of deliveries. */
export interface OutboxRoutes {
  readonly admissions: Admissions;
  readonly inboxes: Inboxes;
  readonly answers: AnswerParts;
  readonly children: ChildCancels;
}

/**
 * Delivers callbacks and replies, and cancels child actions; keeps the ids to acknowledge with the next call. An entry whose delivery fails stays
 * in Redis and is handed to a worker again; it does not hold back others.
 */
export class Outbox {
  readonly #routes: OutboxRoutes;
  readonly #keyspace: Keyspace;
  readonly #delivering = new Map<string, Promise<void>>();
  readonly #undelivered = new Undelivered();
  #delivered: string[] = [];
  #lost = 0;

  constructor(routes: OutboxRoutes, keyspace: Keyspace) {
    this.#routes = routes;
    this.#keyspace = keyspace;
  }

  /** Returns entries that are over and not acknowledged, for one call. If the call fails, return them with `putBack`. */
  takeDelivered(): Acknowledged {
    const acknowledged = { ids: this.#delivered.splice(0, MAX_IDS), lost: this.#lost };
    this.#lost = 0;
    return acknowledged;
  }

  putBack({ ids, lost }: Acknowledged): void {
    this.#delivered.push(...ids);
    this.#lost += lost;
  }

  /**
   * Starts one delivery unless it is already in flight. A reply that fails after its caller has stopped waiting, at `nowMs`
   * by the server's clock, is dropped.
   */
  deliver({ callbackId, delivery }: Outgoing, nowMs = 0): void {
    if (this.#delivering.has(callbackId)) return;
    const delivering = this.#deliver(callbackId, delivery, nowMs);
    this.#delivering.set(callbackId, delivering);
    void delivering.then(() => this.#delivering.delete(callbackId));
  }

  /** Starts the deliveries of entries that Redis returned at `nowMs` by its clock. */
  deliverStored(entries: readonly OutboxEntry[], nowMs: number): void {
    for (const entry of entries) {
      const delivery = readOr(() => deliveryOf(entry));
      if (delivery) this.deliver({ callbackId: entry.callbackId, delivery }, nowMs);
      // An unparseable envelope has no recipient to notify.
      else this.#delivered.push(entry.callbackId);
    }
  }

  /** Recipients that could not be reached recently, one sentence each. */
  warnings(): readonly string[] {
    return this.#undelivered.sentences();
  }

  /** True if some deliveries wait to be acknowledged. */
  get hasDelivered(): boolean {
    return this.#delivered.length > 0;
  }

  /** True if no delivery is in flight and none waits to be acknowledged. */
  get isIdle(): boolean {
    return this.#delivering.size === 0 && this.#delivered.length === 0;
  }

  /** Resolves when no delivery is in flight. */
  async drained(): Promise<void> {
    await Promise.all(this.#delivering.values());
  }

  async #deliver(callbackId: string, delivery: Delivery, nowMs: number): Promise<void> {
    const sent = await this.#send(delivery);
    const isStored = nowMs > 0;
    const isDelivered = sent === 'delivered' || (sent === 'nothing' && isStored);
    if (!isDelivered && !isOver(delivery, nowMs)) return;
    this.#delivered.push(callbackId);
    if (!isDelivered) this.#lost += 1;
  }

  /** Returns `nothing` for an action without child actions. Redis contains no request for it then, or an old one. */
  async #send(delivery: Delivery): Promise<'delivered' | 'failed' | 'nothing'> {
    const target = targetOf(delivery);
    try {
      if (delivery.to === 'inbox') await this.#routes.inboxes.write(delivery);
      else if (delivery.to === 'journal') await deliverAnswer(this.#routes.answers, delivery);
      else if (delivery.to === 'domain') await this.#admit(delivery);
      else if (!(await this.#routes.children.cancel(this.#keyspace, delivery))) return 'nothing';
      this.#undelivered.delivered(target);
      return 'delivered';
    } catch (error) {
      this.#undelivered.failed(target, error);
      return 'failed';
    }
  }

  async #admit({ domain, callback, text }: Delivery & { to: 'domain' }): Promise<void> {
    const { kind } = await this.#routes.admissions.admit(domain, callbackItem(callback, text));
    if (kind !== 'accepted' && kind !== 'duplicate')
      throw new QueuePausedError({ domain, attempted: 'deliver a callback' });
  }
}

function targetOf(delivery: Delivery): string {
  if (delivery.to === 'inbox') return delivery.replyTo;
  if (delivery.to === 'domain') return `domain "${delivery.domain}"`;
  return `child actions of action "${delivery.actionId}"`;
}

/** A callback never expires. */
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
