import { isUnavailable, type ScriptCall, type ScriptReply } from '@nooble/redis';
import { batchesOf } from './batch.ts';
import type { ResolvedBrokerOptions } from './broker-options.ts';
import type { Settlement, SettleResult } from './broker.ts';
import { sendCalls, valueOf } from './calling.ts';
import type { Keyspace } from './keyspace.ts';
import { readSettled, settleCall } from './operations/settle.ts';
import type { Outbox } from './outbox.ts';
import { sendReplies } from './replies.ts';
import { readySettlement, settlementBytes, type ReadySettlement } from './settlement.ts';

/** Settlements that fit into one call. */
export type SettleBatch = readonly ReadySettlement[];

/** Ends attempts and sees to it that their callers are told. */
export class Settling {
  readonly #options: ResolvedBrokerOptions;
  readonly #keyspace: Keyspace;
  readonly #outbox: Outbox;
  /** Those whose callers have not heard of their outcome yet. */
  readonly #late = new WeakSet<ReadySettlement>();

  constructor(options: ResolvedBrokerOptions, keyspace: Keyspace, outbox: Outbox) {
    this.#options = options;
    this.#keyspace = keyspace;
    this.#outbox = outbox;
  }

  /** Throws for a result that no message can carry, before anything is sent. */
  batches(settlements: readonly Settlement[]): SettleBatch[] {
    const { maxPayloadBytes } = this.#options;
    return batchesOf(
      settlements.map((each) => readySettlement(each, maxPayloadBytes)),
      settlementBytes,
    );
  }

  /** Callers hear of the outcome before it is settled; where the lease is over, and it may be void, once it is. */
  async reply(batch: SettleBatch): Promise<void> {
    const now = performance.now();
    const early = batch.filter(({ deadline }) => deadline > now);
    for (const each of batch) if (each.deadline <= now) this.#late.add(each);
    await sendReplies(this.#options, repliesOf(early));
  }

  call(batch: SettleBatch): ScriptCall {
    const items = batch.map(({ item }) => item);
    return settleCall(this.#keyspace, this.#options.rules, items);
  }

  /** Reads the reply to `call` and starts delivering the callbacks that are in the outbox by now. */
  async settled(batch: SettleBatch, reply: ScriptReply | undefined): Promise<SettleResult[]> {
    if (reply?.ok === false && isUnavailable(reply.error))
      return batch.map(() => 'unsent' as const);
    const attempted = `settle actions of domain "${this.#keyspace.domain}"`;
    const results = readSettled(valueOf(reply, attempted), batch.length);
    const ended = batch.filter((_, index) => results[index] === 'ok');
    this.#outbox.deliver(ended.flatMap(({ entry }) => (entry ? [entry] : [])));
    const late = ended.filter((each) => this.#late.has(each));
    // Where this fails, the caller's own patience ends the wait.
    if (late.length > 0) await sendReplies(this.#options, repliesOf(late)).catch(() => undefined);
    return results;
  }

  async settleAll(batches: readonly SettleBatch[]): Promise<SettleResult[]> {
    const results: SettleResult[] = [];
    for (const batch of batches) {
      await this.reply(batch);
      const [reply] = await sendCalls(this.#options.redis, [this.call(batch)]);
      results.push(...(await this.settled(batch, reply)));
    }
    return results;
  }
}

function repliesOf(batch: SettleBatch) {
  return batch.flatMap(({ reply }) => (reply ? [reply] : []));
}
