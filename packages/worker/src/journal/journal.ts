import { JournalConflictError } from '@nooble/errors';
import { assertStepName, type DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import { answerField, assertSame, type Meaning } from './meaning.ts';
import { untilReached } from './until-reached.ts';
import type { Deadline } from './pending-answers.ts';
import { Waits, type WaitParts } from './waits.ts';

/** Dependencies of a journal. */
export interface JournalParts extends WaitParts {
  readonly action: DomainAction;
  /** Sends children of the action. */
  readonly queues: () => Pick<DomainQueueManager, 'enqueue'>;
}

/** Content of a journal about a name. */
export interface Known {
  /** Undefined if the name is new. */
  readonly meaning: string | undefined;
  /** JSON; undefined if it has none yet. */
  readonly answer: string | undefined;
}

/** The journal of one attempt: what earlier attempts of the action resolved is not computed, sent or asked again. */
export class Journal {
  readonly action: DomainAction;
  readonly queues: JournalParts['queues'];
  readonly #parts: JournalParts;
  readonly #waits: Waits;
  readonly #used = new Set<string>();
  #recalled: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(parts: JournalParts) {
    this.action = parts.action;
    this.queues = parts.queues;
    this.#parts = parts;
    this.#waits = new Waits(parts);
  }

  /** Unix ms. */
  get nowMs(): number {
    return this.#parts.clock.epochMs();
  }

  /**
   * Begins the use of a name. Throws InvalidActionError for an invalid name, and JournalConflictError for one that was used
   * before, or stood for something else.
   */
  async begin(name: string, meaning: Meaning): Promise<Known> {
    assertStepName(name);
    this.#waits.assertOpen();
    const { actionId } = this.action;
    if (this.#used.has(name)) {
      throw new JournalConflictError({ actionId, name, reason: 'this handler has used it before' });
    }
    this.#used.add(name);
    const fields = await this.#waits.work(async () => this.#recall());
    const written = fields.get(name);
    assertSame({ actionId, name }, written, meaning);
    return { meaning: written, answer: fields.get(answerField(name)) };
  }

  /** Runs what needs the slot of the handler. */
  async work<T>(run: () => Promise<T>): Promise<T> {
    return this.#waits.work(run);
  }

  /** Writes what a name stands for and has resolved to. */
  async keep(name: string, meaning: Meaning, answer: string): Promise<void> {
    const { journals, lease } = this.#parts;
    const fields = { [name]: meaning, [answerField(name)]: answer };
    await this.reach(async () => journals.record(lease(), fields, []));
  }

  /** Waits for the answer to a name (JSON), without a slot while the handler does nothing else. */
  async until(name: string, meaning: Meaning | undefined, deadline?: Deadline): Promise<string> {
    const fields = meaning === undefined ? {} : { [name]: meaning };
    return this.#waits.until({ name, fields, deadline });
  }

  /** Repeats a call while Redis cannot be reached and the attempt goes on. */
  async reach<T>(send: () => Promise<T>): Promise<T> {
    return untilReached(send, () => this.#waits.assertOpen());
  }

  /** Answers may have come. */
  told(): void {
    this.#waits.told();
  }

  /** Parks the handler now if it only waits. */
  park(): void {
    this.#waits.park();
  }

  /** Leaves what the handler waits for unsettled, and rejects every later use. */
  forget(reason: Error): void {
    this.#waits.forget(reason);
  }

  /** Rejects what the handler waits for, and every later use. */
  close(reason: Error): void {
    this.#waits.close(reason);
  }

  async #recall(): Promise<ReadonlyMap<string, string>> {
    const { journals, lease } = this.#parts;
    return (this.#recalled ??= this.reach(async () => journals.recall(lease())));
  }
}
