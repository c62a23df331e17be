import type { TenantEntry } from '@nooble/queue';

/** An entry, undefined for an unknown tenant, and when it was read. */
export interface CachedEntry {
  readonly entry: TenantEntry | undefined;
  /** By `performance.now()`. */
  readonly readAtMs: number;
}

/** Entries of tenants, the least recently used of which are dropped. */
export class EntryCache {
  readonly #size: number;
  readonly #entries = new Map<string, CachedEntry>();

  constructor(size: number) {
    this.#size = size;
  }

  get(tenantId: string): CachedEntry | undefined {
    const found = this.#entries.get(tenantId);
    if (!found) return undefined;
    // A Map iterates in the order of insertion.
    this.#entries.delete(tenantId);
    this.#entries.set(tenantId, found);
    return found;
  }

  set(tenantId: string, cached: CachedEntry): void {
    this.#entries.delete(tenantId);
    this.#entries.set(tenantId, cached);
    if (this.#entries.size <= this.#size) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(tenantId: string): void {
    this.#entries.delete(tenantId);
  }

  clear(): void {
    this.#entries.clear();
  }
}
