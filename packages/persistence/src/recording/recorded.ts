/** Numbers of what a write has stored. */
export interface Written {
  /** Endings that were new. */
  readonly endings: number;
  /** Endings that the database refused, which are in `refused_endings`. */
  readonly refused: number;
  /** Endings of tenants that were purged after they had ended, which are not stored. */
  readonly purged: number;
  /** Endings that are missing, by the gaps. */
  readonly missing: number;
}

/** Numbers of one batch of a domain. */
export interface Recorded extends Written {
  readonly domain: string;
}

export const NOTHING_WRITTEN: Written = Object.freeze({
  endings: 0,
  refused: 0,
  purged: 0,
  missing: 0,
});

export function sumOf(one: Written, other: Written): Written {
  return {
    endings: one.endings + other.endings,
    refused: one.refused + other.refused,
    purged: one.purged + other.purged,
    missing: one.missing + other.missing,
  };
}
