import { isUnavailable, type ScriptCall, type ScriptResult, within } from '@nooble/redis';
import { batchesOf } from '../protocol/chunks.ts';
import type { ResolvedBrokerOptions } from './broker-options.ts';
import type { ClaimResult, Lease, Settlement } from '../broker.ts';
import type { SettleAnswer, SettleAnswers, SettleResult } from '../broker.ts';
import { sendCalls, valueOf } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { readSettled, settleCall, TOLD } from '../protocol/operations/settle.ts';
import type { Outbox } from '../delivery/outbox.ts';
import { sendReply } from '../delivery/send-reply.ts';
import type { EncodedReply } from '../protocol/replies.ts';
import { alreadyTold, prepareSettlement } from './settlement.ts';
import { settlementBytes, throughOutbox } from './settlement.ts';
import type { PreparedSettlement } from './settlement.ts';

/** Settlements that fit into one call. */
export type SettleBatch = readonly PreparedSettlement[];

/** Maximum time that a call waits for the inboxes of its replies (ms). The others are settled separately. */
const PROMPT_MS = 50;
/** Further time for an inbox (ms). After that its reply is sent through the outbox. */
const PATIENCE_MS = 2_000;

/** Settlements that share a round trip, and their answers so far. */
export interface SettleRound {
  /** Batches that have not been sent. */
  batches: readonly SettleBatch[];
  /** Grows with every batch. Contains a promise for a settlement that could not be sent with the others. */
  readonly answers: Map<Settlement, ValueOf<ClaimResult['settled']>>;
}

type ValueOf<T> = T extends ReadonlyMap<unknown, infer V> ? V : never;

/** A settlement whose reply is being written. */
interface Telling {
  readonly ready: PreparedSettlement;
  /** Resolves to true once the inbox has the reply. Never rejects. */
  readonly told: Promise<boolean>;
  isTold: boolean | undefined;
}

/** Dependencies of a settler. */
export interface SettlerParts {
  readonly options: ResolvedBrokerOptions;
  readonly keyspace: Keyspace;
  readonly outbox: Outbox;
  /** Called when an action turns out to be cancelled. */
  readonly onCancelled: (lease: Lease) => void;
}

/** Settles attempts and notifies their callers. Each fails or waits alone. */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #options: ResolvedBrokerOptions;
  readonly #keyspace: Keyspace;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
    this.#options = parts.options;
    this.#keyspace = parts.keyspace;
  }

  /**
   * Prepares settlements and writes the awaited replies: before the settlement is stored, since a worker may die in between.
   * A reply that is not written in time does not delay the others. Never rejects.
   */
  async begin(settlements: readonly Settlement[]): Promise<SettleRound> {
    const answers: SettleRound['answers'] = new Map();
    const ready = settlements.flatMap((settlement) => this.#prepare(settlement, answers));
    const tellings = ready.flatMap((each) =>
      each.reply ? [this.#tell({ ready: each, reply: each.reply })] : [],
    );
    if (tellings.length > 0) await promptly(tellings);
    for (const telling of tellings.filter(({ isTold }) => isTold === undefined)) {
      answers.set(telling.ready.settlement, this.#settleLater(telling));
    }
    const untold = new Set(tellings.flatMap((each) => (each.isTold === false ? [each.ready] : [])));
    const now = ready.filter(({ settlement }) => !answers.has(settlement));
    const sent = now.map((each) => (untold.has(each) ? throughOutbox(each) : each));
    return { batches: batchesOf(sent, settlementBytes), answers };
  }

  call(batch: SettleBatch, { looks }: { looks: boolean }): ScriptCall {
    const items = batch.map(({ item }) => item);
    return settleCall(this.#keyspace, { rules: this.#options.rules, items, looks });
  }

  /**
   * Records the answers in the reply to `call`, and starts delivering the callbacks that are in the outbox now. The
   * settlements of a refused batch are sent again one by one. Never rejects.
   */
  async note(
    { answers }: SettleRound,
    batch: SettleBatch,
    reply: ScriptResult | undefined,
  ): Promise<void> {
    const attempted = `settle actions of ${this.#keyspace.title}`;
    try {
      const results = readSettled(valueOf(reply, attempted), batch.length);
      const told: PreparedSettlement[] = [];
      for (const [index, ready] of batch.entries()) {
        const result = results[index] ?? 'unsent';
        if (result === 'cancelled' && wasTold(ready)) told.push(ready);
        else answers.set(ready.settlement, this.#conclude(ready, result));
      }
      // Replies of calls are handled in the order of the calls: wait for nothing if there is nothing to wait for.
      if (told.length > 0) await this.#settleTold(answers, told);
    } catch (error) {
      if (isUnavailable(error)) return;
      if (batch.length > 1) return this.#settleOneByOne(answers, batch);
      for (const { settlement } of batch) answers.set(settlement, { refused: error });
    }
  }

  /** Settles without claiming. Never rejects. */
  async settleAll(settlements: readonly Settlement[]): Promise<SettleAnswers> {
    const round = await this.begin(settlements);
    await this.send(round, round.batches);
    const known = [...round.answers].map(async ([each, answer]) => [each, await answer] as const);
    return new Map(await Promise.all(known));
  }

  /** Sends one call per batch, one after another. Never rejects. */
  async send(round: SettleRound, batches: readonly SettleBatch[]): Promise<void> {
    for (const batch of batches) {
      const [reply] = await sendCalls(this.#options.redis, [this.call(batch, { looks: false })]);
      await this.note(round, batch, reply);
    }
  }

  #conclude({ settlement, outgoing }: PreparedSettlement, result: SettleResult): SettleAnswer {
    if (result === 'cancelled') this.#parts.onCancelled(settlement.claimed.lease);
    if (result !== 'ok') return result;
    if (outgoing) this.#parts.outbox.deliver(outgoing);
    return result;
  }

  /** The replies of these cancelled actions were sent before their cancellation: they stand, for everybody. */
  async #settleTold(
    answers: SettleRound['answers'],
    told: readonly PreparedSettlement[],
  ): Promise<void> {
    for (const ready of told) {
      answers.set(ready.settlement, await this.#settleAlone(alreadyTold(ready)));
    }
  }

  async #settleOneByOne(answers: SettleRound['answers'], batch: SettleBatch): Promise<void> {
    await Promise.all(
      batch.map(async (each) => answers.set(each.settlement, await this.#settleAlone(each))),
    );
  }

  async #settleAlone(ready: PreparedSettlement): Promise<SettleAnswer> {
    const round: SettleRound = { batches: [[ready]], answers: new Map() };
    await this.send(round, round.batches);
    return round.answers.get(ready.settlement) ?? 'unsent';
  }

  /** A result that no message can carry affects its action alone. */
  #prepare(settlement: Settlement, answers: SettleRound['answers']): PreparedSettlement[] {
    try {
      const ready = prepareSettlement(settlement, this.#options.maxPayloadBytes);
      // The lease is over, so the outcome may be void: the caller is notified once it has been settled.
      return [ready.deadline > performance.now() ? ready : throughOutbox(ready)];
    } catch (error) {
      answers.set(settlement, { refused: error });
      return [];
    }
  }

  #tell({ ready, reply }: { ready: PreparedSettlement; reply: EncodedReply }): Telling {
    const told = sendReply(this.#options, reply).then(
      () => true,
      () => false,
    );
    const telling: Telling = { ready, told, isTold: undefined };
    void told.then((isTold) => (telling.isTold = isTold));
    return telling;
  }

  async #settleLater({ ready, told }: Telling): Promise<SettleAnswer> {
    const isTold = await within(PATIENCE_MS, told, false);
    return this.#settleAlone(isTold ? ready : throughOutbox(ready));
  }
}

/** Returns true if its caller has been sent the outcome already. */
function wasTold({ reply, item }: PreparedSettlement): boolean {
  return reply !== undefined && item.callback !== TOLD;
}

/** While this process was suspended no inbox was slow: replies that have arrived since then count. */
async function promptly(tellings: readonly Telling[]): Promise<void> {
  const all = Promise.all(tellings.map(async ({ told }) => told));
  if (await within(PROMPT_MS, all, undefined)) return;
  await new Promise((resolve) => void setImmediate(resolve));
}
