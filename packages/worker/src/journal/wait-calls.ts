import type { Journals, Lease } from '@nooble/queue';
import type { PendingAnswers } from './pending-answers.ts';
import { untilReached } from './until-reached.ts';

/** Dependencies of these calls. */
export interface WaitCallsParts {
  readonly lease: () => Lease;
  readonly journals: Journals;
  readonly pending: PendingAnswers;
  /** Throws once the handler does not continue. */
  readonly assertOpen: () => void;
}

/** The calls of a handler that waits. They are repeated while Redis cannot be reached. */
export class WaitCalls {
  readonly #parts: WaitCallsParts;

  constructor(parts: WaitCallsParts) {
    this.#parts = parts;
  }

  /** Writes fields. Returns true if the handler gave up its slot, to wait for one of the names. */
  async suspend(
    fields: Readonly<Record<string, string>>,
    names: readonly string[],
  ): Promise<boolean> {
    const { journals, lease } = this.#parts;
    const recorded = await this.#reach(async () => journals.record(lease(), fields, names));
    return recorded === 'waiting';
  }

  /** Takes the slot again. Returns the answers that have come, late ones included; undefined if the action was requeued. */
  async resume(): Promise<ReadonlyMap<string, string> | undefined> {
    const { journals, lease, pending } = this.#parts;
    const resumed = await this.#reach(async () => journals.resume(lease(), pending.names));
    if (resumed.status === 'requeued') return undefined;
    if (resumed.answers.size > 0 || pending.leftMs > 0) return resumed.answers;
    await this.suspend(pending.lateFields(), []);
    return this.resume();
  }

  async #reach<T>(send: () => Promise<T>): Promise<T> {
    return untilReached(send, this.#parts.assertOpen);
  }
}
