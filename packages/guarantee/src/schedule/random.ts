/** Pseudo-random numbers, reproducible by their seed. */
export interface Random {
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** Returns an integer from 0 (inclusive) to `below` (exclusive). */
  below(below: number): number;
  pick<T>(choices: readonly T[]): T;
}

/** Mulberry32 (Tommy Ettinger, public domain): sufficient for schedules, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick<T>(choices: readonly T[]): T {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new RangeError('Cannot pick from an empty list');
      return choice;
    },
  };
}

/** Returns the entries in random order. */
export function shuffled<T>(entries: readonly T[], random: Random): T[] {
  const keyed = entries.map((entry) => ({ entry, key: random.next() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
}
