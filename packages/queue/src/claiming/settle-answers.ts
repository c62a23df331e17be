import type { Settlement, SettleAnswer } from '../broker.ts';

type MaybeLater = SettleAnswer | Promise<SettleAnswer>;

/** What became of settlements that travelled on several ways. */
export class SettleAnswers {
  readonly #answers: Map<Settlement, MaybeLater>;

  constructor(known: Iterable<readonly [Settlement, MaybeLater]> = []) {
    this.#answers = new Map(known);
  }

  /** The answers of one batch, in its order. */
  note(
    batch: readonly { readonly settlement: Settlement }[],
    answers: readonly MaybeLater[],
  ): void {
    for (const [index, { settlement }] of batch.entries()) {
      this.#answers.set(settlement, answers[index] ?? 'unsent');
    }
  }

  /** As `of`, once every answer is there. */
  async all(settlements: readonly Settlement[]): Promise<SettleAnswer[]> {
    return Promise.all(this.of(settlements).map(async (answer) => answer));
  }

  /** One per settlement, in the order given; whatever travelled nowhere is unsent. */
  of(settlements: readonly Settlement[]): MaybeLater[] {
    return settlements.map((each) => this.#answers.get(each) ?? 'unsent');
  }
}
