import type { Sessions } from '../connecting/sessions.ts';

const DAY_MS = 86_400_000;
/** Endings of other days are refused: nobody recorded for a year, or the clock of Redis is wrong. */
const OLDEST_DAYS = 366;
const DAYS_AHEAD = 3;

/** Creates the partitions of `endings`, one per UTC day, and drops those that are too old. */
export class EndingDays {
  readonly #sessions: Sessions;
  readonly #created = new Set<string>();

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** Returns true for a day that may have a partition. */
  isPlausible(day: string): boolean {
    const ms = Date.parse(day);
    const nowMs = Date.now();
    return ms > nowMs - OLDEST_DAYS * DAY_MS && ms < nowMs + DAYS_AHEAD * DAY_MS;
  }

  /** Creates the partitions of these days, unless that has been done. */
  async create(days: Iterable<string>): Promise<void> {
    for (const day of new Set(days)) {
      if (this.#created.has(day)) continue;
      const statement = { text: 'SELECT nooble.create_endings_partition($1)', values: [day] };
      await this.#sessions.rows(PURPOSE, statement);
      this.#created.add(day);
    }
  }

  /** Forgets which partitions were created: another process has dropped one. */
  forget(): void {
    this.#created.clear();
  }

  /** Creates the partitions of the days ahead, and drops endings and dead letters that are older than these numbers of days. */
  async maintain({
    endings,
    deadLetters,
  }: {
    endings: number;
    deadLetters: number;
  }): Promise<void> {
    await this.create(Array.from({ length: DAYS_AHEAD }, (_, at) => this.#day(at)));
    await this.#sessions.rows(PURPOSE, {
      text: 'SELECT nooble.drop_endings_before($1)',
      values: [this.#day(-endings)],
    });
    await this.#sessions.rows(PURPOSE, {
      text: 'DELETE FROM nooble.dead_letters WHERE died_at < $1',
      values: [this.#day(-deadLetters)],
    });
    for (const day of this.#created) if (day < this.#day(-endings)) this.#created.delete(day);
  }

  #day(fromToday: number): string {
    return new Date(Date.now() + fromToday * DAY_MS).toISOString().slice(0, 10);
  }
}

const PURPOSE = { role: 'writer', attempted: 'prepare the partitions of endings' } as const;
