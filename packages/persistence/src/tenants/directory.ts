import { readOptions, rule, type OptionsCheck } from '@nooble/errors';
import { isTenantId } from '@nooble/models';
import type { TenantDirectory, TenantEntry } from '@nooble/queue';
import { Listener } from '../connecting/listener.ts';
import type { Sessions } from '../connecting/sessions.ts';
import { EntryCache, type CachedEntry } from './entry-cache.ts';
import { EntryReader } from './entry-reader.ts';

/** Channel of changes: the payload is a tenant, or empty for all. */
export const TENANTS_CHANNEL = 'nooble_tenants';

/** Options of the directory. */
export interface DirectoryOptions {
  /** Maximum number of entries in the cache. @default 10_000 */
  readonly cacheSize?: number;
  /** Age from which an entry is read again (ms); earlier if it changes, while the connection that reports changes is open. @default 300_000 */
  readonly maxAgeMs?: number;
  /** Age from which an entry is read again while that connection is away (ms). @default 5_000 */
  readonly maxAgeAwayMs?: number;
  /** Maximum age of an entry that is used while PostgreSQL is unavailable (ms). @default 600_000 */
  readonly maxStaleMs?: number;
}

const CHECK: OptionsCheck<DirectoryOptions> = {
  of: 'the tenant directory',
  rules: {
    cacheSize: rule.whole(1, 10_000_000),
    maxAgeMs: rule.duration,
    maxAgeAwayMs: rule.duration,
    maxStaleMs: rule.duration,
  },
};

/** Unknown tenants are cached as well, separately: invented ids must not replace the entries of tenants. */
const UNKNOWN_SIZE = 1_000;

/** The tenants and plans of the database, for `DomainQueueManager`. Changes apply within milliseconds in all processes. */
export class PostgresDirectory implements TenantDirectory {
  readonly #options: Required<DirectoryOptions>;
  readonly #reader: EntryReader;
  readonly #known: EntryCache;
  readonly #unknown = new EntryCache(UNKNOWN_SIZE);
  readonly #reading = new Map<string, Promise<TenantEntry | undefined>>();
  readonly #listener: Listener;
  #isListening = false;
  /** Entries that were read before may have changed without a notification; by `performance.now()`. */
  #certainFromMs = 0;

  constructor(sessions: Sessions, given: DirectoryOptions) {
    this.#options = {
      cacheSize: 10_000,
      maxAgeMs: 300_000,
      maxAgeAwayMs: 5_000,
      maxStaleMs: 600_000,
      ...readOptions(given, CHECK),
    };
    this.#known = new EntryCache(this.#options.cacheSize);
    this.#reader = new EntryReader(sessions);
    this.#listener = new Listener({
      sessions,
      channel: TENANTS_CHANNEL,
      onNotification: (tenantId) => this.#drop(tenantId),
      onChange: (isListening) => this.#changed(isListening),
    });
  }

  /**
   * Returns undefined for an unknown tenant. Throws TenantDirectoryError for an invalid entry, and if PostgreSQL is unavailable
   * and the cache has no entry that is young enough.
   */
  async resolve(tenantId: string): Promise<TenantEntry | undefined> {
    if (!isTenantId(tenantId)) return undefined;
    this.#listener.start();
    const cached = this.#known.get(tenantId) ?? this.#unknown.get(tenantId);
    if (cached && this.#isFresh(cached)) return cached.entry;
    try {
      return await this.#read(tenantId);
    } catch (error) {
      // An unknown tenant may have been added meanwhile.
      if (cached?.entry && ageOf(cached) < this.#options.maxStaleMs) return cached.entry;
      throw error;
    }
  }

  /** Stops reporting changes. Idempotent. */
  async stop(): Promise<void> {
    await this.#listener.stop();
  }

  #isFresh(cached: CachedEntry): boolean {
    const { maxAgeMs, maxAgeAwayMs } = this.#options;
    if (!this.#isListening) return ageOf(cached) < maxAgeAwayMs;
    return cached.readAtMs >= this.#certainFromMs && ageOf(cached) < maxAgeMs;
  }

  async #read(tenantId: string): Promise<TenantEntry | undefined> {
    let reading = this.#reading.get(tenantId);
    if (!reading) {
      const readAtMs = performance.now();
      this.#reading.set(tenantId, (reading = this.#reader.read(tenantId)));
      const own = reading;
      const isCurrent = (): boolean => this.#reading.get(tenantId) === own;
      void own
        .then((entry) => {
          // It changed while it was read: the result may be the old entry.
          if (isCurrent()) this.#cache(tenantId, { entry, readAtMs });
        })
        .catch(() => undefined)
        .finally(() => {
          if (isCurrent()) this.#reading.delete(tenantId);
        });
    }
    return reading;
  }

  #cache(tenantId: string, cached: CachedEntry): void {
    const [into, other] = cached.entry
      ? [this.#known, this.#unknown]
      : [this.#unknown, this.#known];
    into.set(tenantId, cached);
    other.delete(tenantId);
  }

  #drop(tenantId: string): void {
    if (tenantId === '') return this.#dropAll();
    this.#known.delete(tenantId);
    this.#unknown.delete(tenantId);
    this.#reading.delete(tenantId);
  }

  #dropAll(): void {
    this.#known.clear();
    this.#unknown.clear();
    this.#reading.clear();
  }

  /** Notifications may have been missed before the connection was open. */
  #changed(isListening: boolean): void {
    this.#isListening = isListening;
    if (isListening) this.#certainFromMs = performance.now();
  }
}

function ageOf({ readAtMs }: CachedEntry): number {
  return performance.now() - readAtMs;
}
