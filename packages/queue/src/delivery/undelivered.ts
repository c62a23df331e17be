/** For how long a failure is told (ms): what still fails has been tried again by then. */
const TOLD_MS = 30_000;
/** Most targets that are remembered, and that are named one by one. */
const MAX_REMEMBERED = 1_000;
const MAX_NAMED = 5;

/** Inboxes and domains to which something could not be delivered lately, for whoever asks about health. */
export class Undelivered {
  readonly #failures = new Map<string, { readonly reason: string; readonly atMs: number }>();

  failed(target: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#failures.delete(target);
    this.#failures.set(target, { reason, atMs: performance.now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_REMEMBERED && oldest !== undefined) this.delivered(oldest);
  }

  delivered(target: string): void {
    this.#failures.delete(target);
  }

  /** One sentence for each of a few, and one for the others. */
  sentences(): readonly string[] {
    const since = performance.now() - TOLD_MS;
    for (const [target, { atMs }] of this.#failures) if (atMs < since) this.delivered(target);
    const all = [...this.#failures].map(
      ([target, { reason }]) => `${target} is told later, out of the outbox: ${reason}`,
    );
    if (all.length <= MAX_NAMED) return all;
    return [...all.slice(0, MAX_NAMED), `${all.length - MAX_NAMED} more are told later`];
  }
}
