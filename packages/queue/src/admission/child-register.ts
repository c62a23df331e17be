import { ActionCancelledError, checkOption, LeaseLostError, rule } from '@nooble/errors';
import { assertTenantId, domainOf, type DomainAction } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { CallId, CallRings } from '../protocol/call-ring.ts';
import { ask, askOnce } from '../protocol/calling.ts';
import { batchesOf } from '../protocol/chunks.ts';
import { cancelCall, readCancelled } from '../protocol/operations/cancel.ts';
import { childrenCall, readRegistration, type ChildRef } from '../protocol/operations/children.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { RunningAction } from './running-action.ts';

/** Dependencies of a register. */
export interface ChildRegisterParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
  readonly onWarning: (warning: string) => void;
}

/** The action that sends another one. */
export interface Parent {
  readonly action: DomainAction;
  /** Present while a worker of this process runs it. */
  readonly running?: { readonly facts: RunningAction; readonly children: ChildRegister };
}

interface Pending {
  readonly child: ChildRef;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Registers the child actions of one running action before they are sent, so that cancelling it reaches them. Those of one
 * turn of the event loop share a call.
 */
export class ChildRegister {
  readonly #parts: ChildRegisterParts;
  readonly #parent: DomainAction;
  readonly #running: RunningAction;
  #pending: Pending[] = [];
  #isFull = false;

  constructor(parts: ChildRegisterParts, parent: DomainAction, running: RunningAction) {
    this.#parts = parts;
    this.#parent = parent;
    this.#running = running;
  }

  /**
   * Sends a child action in `send`. Throws ActionCancelledError if the parent is cancelled, before or meanwhile, and
   * LeaseLostError if another worker may run it; nothing runs then.
   */
  async send<T>(child: ChildRef, tenantId: string, send: () => Promise<T>): Promise<T> {
    await this.#register(child);
    const result = await send();
    // It may have been stored after the cancellation looked for it.
    if (this.#running.isCancelled()) {
      await this.#cancel(child, tenantId);
      throw this.#cancelledError();
    }
    return result;
  }

  async #register(child: ChildRef): Promise<void> {
    if (this.#running.isCancelled()) throw this.#cancelledError();
    return new Promise((resolve, reject) => {
      if (this.#pending.push({ child, resolve, reject }) === 1)
        setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    for (const batch of batchesOf(this.#pending.splice(0), () => 0)) {
      try {
        await this.#call(batch.map(({ child }) => child));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
  }

  async #call(children: readonly ChildRef[]): Promise<void> {
    const { redis, partitions } = this.#parts;
    const { actionId, actionType, tenantId } = this.#parent;
    const keyspace = (await partitions.of(domainOf(actionType))).of(tenantId);
    const call = childrenCall(keyspace, { actionId, token: this.#running.token }, children);
    const attempted = `register child actions of action "${actionId}"`;
    const result = readRegistration(await ask(redis, call, attempted));
    if (result === 'refused') throw this.#cancelledError();
    if (result === 'revoked') throw new LeaseLostError({ actionId });
    if (result === 'full') this.#warn();
  }

  /** Without an entry in the directory, a child action outlives the cancellation of its parent. */
  #warn(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#parts.onWarning(
      `Action "${this.#parent.actionId}" has sent more than 10,000 child actions: cancelling it does not cancel the others`,
    );
  }

  async #cancel({ domain, actionId }: ChildRef, tenantId: string): Promise<void> {
    const { redis, partitions, rings } = this.#parts;
    const keyspace = (await partitions.of(domain)).of(tenantId);
    const callOf = (id: CallId) => cancelCall(keyspace, { id, tenantId, actionIds: [actionId] });
    const attempted = `cancel child action "${actionId}"`;
    readCancelled(await askOnce(redis, { ring: rings.of(keyspace), callOf, attempted }));
  }

  #cancelledError(): ActionCancelledError {
    return new ActionCancelledError({ actionId: this.#parent.actionId });
  }
}

/** Returns the sender of child actions; they are registered while a worker runs it. Throws for a value that is no action. */
export function parentOf(
  parts: ChildRegisterParts,
  action: DomainAction,
  running: RunningAction | undefined,
): Parent {
  checkOption('action', action, rule.object);
  assertTenantId(action.tenantId);
  if (!running) return { action };
  return {
    action,
    running: { facts: running, children: new ChildRegister(parts, action, running) },
  };
}
