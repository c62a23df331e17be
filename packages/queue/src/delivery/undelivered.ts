/** Time for which a failure is reported (ms). A persistent failure has recurred by then. */
const REPORTED_MS = 30_000;
/** Maximum number of targets remembered, and maximum number listed individually. */
const MAX_REMEMBERED = 1_000;
const MAX_NAMED = 5;

/** Inboxes and domains to which deliveries failed recently, for health reports. */
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

  /** One sentence for each of the first failures, and one for all others. */
  sentences(): readonly string[] {
    const since = performance.now() - REPORTED_MS;
    for (const [target, { atMs }] of this.#failures) if (atMs < since) this.delivered(target);
    const all = [...this.#failures].map(
      ([target, { reason }]) =>
        `Delivery to ${target} failed and is retried from the outbox: ${reason}`,
    );
    if (all.length <= MAX_NAMED) return all;
    const more = all.length - MAX_NAMED;
    return [
      ...all.slice(0, MAX_NAMED),
      `Deliveries to ${more} more targets failed and are retried`,
    ];
  }
}
