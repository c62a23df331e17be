import type { Ending, StoredAction } from './action.ts';

/** Facts that the history notes about an action before it ends. */
interface Attempts {
  claimedMs: number;
  /** First claim, and time under earlier leases, if an attempt has ended. */
  earlier?: { readonly firstMs: number; readonly ranMs: number };
}

/** Endings that wait to be recorded, each of which has to be appended once; of a domain that keeps its history. */
export class HistoryModel {
  readonly isKept: boolean;
  /** One line per ending. */
  entries: string[] = [];
  readonly #attempts = new Map<StoredAction, Attempts>();

  constructor(isKept: boolean) {
    this.isKept = isKept;
  }

  claim(action: StoredAction, nowMs: number): void {
    this.#attempts.set(action, { ...this.#attempts.get(action), claimedMs: nowMs });
  }

  /** An attempt ends, and its action does not. */
  note(action: StoredAction, nowMs: number): void {
    const attempts = this.#attempts.get(action);
    if (attempts) attempts.earlier = spanOf(attempts, nowMs);
  }

  /** Returns true if attempts have been noted. */
  hasNoted(action: StoredAction): boolean {
    return this.isKept && this.#attempts.get(action)?.earlier !== undefined;
  }

  /** `settled`: a worker settled the last attempt; `ran`: it held its lease until now. */
  end(
    action: StoredAction,
    ending: Ending,
    { nowMs, settled, ran }: { nowMs: number; settled: boolean; ran: boolean },
  ): void {
    const attempts = this.#attempts.get(action);
    const span = ran && attempts ? spanOf(attempts, nowMs) : attempts?.earlier;
    const { id, tenant, failures, stalls, redrives } = action;
    const counts = [failures + stalls + (settled ? 1 : 0), stalls, redrives];
    const times = [span?.firstMs ?? '-', span?.ranMs ?? 0, nowMs];
    this.entries.push([id, tenant, ending, ...counts, ...times].join(' '));
    this.#attempts.delete(action);
  }
}

function spanOf({ claimedMs, earlier }: Attempts, nowMs: number) {
  const { firstMs = claimedMs, ranMs = 0 } = earlier ?? {};
  return { firstMs, ranMs: ranMs + nowMs - claimedMs };
}
