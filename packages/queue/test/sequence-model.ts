/** An action that may belong to a sequence of its tenant. */
interface InSequence {
  readonly id: string;
  readonly tenant: string;
  readonly sequence?: string;
}

/** The rule of sequences: the first action leads, and only the leader may run; the others are blocked. */
export class SequenceModel<Action extends InSequence> {
  readonly #members = new Map<string, Action[]>();
  /** Sequences that this step changes, in the order in which it met them, with their leaders before it. */
  readonly #noted = new Map<string, Action | undefined>();

  /** Ids of each sequence in their order, by tenant and name. */
  get ids(): Map<string, string[]> {
    const named = [...this.#members].map(([key, list]) => [key, list.map(({ id }) => id)] as const);
    return new Map(named.filter(([, ids]) => ids.length > 0));
  }

  /** Adds an action at the end. Returns true if it leads. */
  join(action: Action): boolean {
    const list = this.#listOf(action);
    list.push(action);
    return list[0] === action;
  }

  has(action: Action): boolean {
    return action.sequence !== undefined && this.#listOf(action).includes(action);
  }

  isBlocked(action: Action): boolean {
    return this.has(action) && this.#listOf(action)[0] !== action;
  }

  /** Remembers the leader of its sequence: the end of this step finds out if another one leads. */
  note(action: Action): void {
    if (action.sequence === undefined) return;
    const key = keyOf(action);
    if (!this.#noted.has(key)) this.#noted.set(key, this.#listOf(action)[0]);
  }

  leave(action: Action): void {
    if (!this.has(action)) return;
    this.note(action);
    this.#members.set(
      keyOf(action),
      this.#listOf(action).filter((each) => each !== action),
    );
  }

  /** The actions of its sequence that are behind it. */
  behind(action: Action): Action[] {
    const list = this.#listOf(action);
    return list.slice(list.indexOf(action) + 1);
  }

  /** Ends a step. Returns the actions that lead now. */
  endStep(): Action[] {
    const leading = [...this.#noted].flatMap(([key, before]) => {
      const [first] = this.#members.get(key) ?? [];
      return first && first !== before ? [first] : [];
    });
    this.#noted.clear();
    return leading;
  }

  #listOf(action: Action): Action[] {
    const key = keyOf(action);
    const list = this.#members.get(key) ?? [];
    this.#members.set(key, list);
    return list;
  }
}

function keyOf({ tenant, sequence }: InSequence): string {
  return `${tenant}:${sequence}`;
}
