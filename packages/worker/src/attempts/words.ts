import type { Lease, Word } from '@nooble/queue';
import type { Ahead } from './ahead.ts';
import type { Attempt } from './attempt.ts';
import type { Running } from './running.ts';

/** Maximum number of words remembered that belong to no attempt. */
const REMEMBERED = 1_000;

/**
 * The words about actions of this worker: cancelled, or an answer has come for which its handler waits. A word travels on
 * another connection than the claims, so it may come before its action.
 */
export class Words {
  readonly #early = new Set<string>();
  #parts: { readonly running: Running; readonly ahead: Ahead } | undefined;

  /** The attempts of the worker, which are created after this. */
  connect(parts: { readonly running: Running; readonly ahead: Ahead }): void {
    this.#parts = parts;
  }

  hear({ verb, actionId, details: [token = ''] }: Word): void {
    const attempt = this.#find(actionId, token);
    if (verb === 'answer') attempt?.journal?.told();
    if (verb !== 'cancel') return;
    if (attempt) return attempt.cancel();
    this.#early.add(nameOf({ actionId, token }));
    const [oldest] = this.#early;
    if (this.#early.size > REMEMBERED && oldest !== undefined) this.#early.delete(oldest);
  }

  /** Returns true if a word about this lease came before its attempt began. */
  wasCancelled(lease: Lease): boolean {
    return this.#early.size > 0 && this.#early.delete(nameOf(lease));
  }

  #find(actionId: string, token: string): Attempt | undefined {
    const { running, ahead } = this.#parts ?? {};
    const attempts = [...(running?.unended ?? []), ...(ahead?.leaseholders ?? [])];
    return attempts.find(
      ({ claimed: { lease } }) => lease.actionId === actionId && lease.token === token,
    );
  }
}

function nameOf({ actionId, token }: Pick<Lease, 'actionId' | 'token'>): string {
  return `${actionId} ${token}`;
}
