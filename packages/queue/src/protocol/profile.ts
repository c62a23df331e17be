/** The stored weight and cap of a tenant. */
export interface Profile {
  readonly weight: number;
  /** Maximum number of concurrently running actions; null for no limit. */
  readonly cap: number | null;
}

/** Parses a stored profile, '' for the default one; `lua/rules/profile.lua` is its twin. Never throws. */
export function parseProfile(text: string): Profile {
  const [weight, cap] = text.split(' ').map(Number);
  const isWeight = weight !== undefined && weight >= 0.001 && weight <= 1_000;
  return {
    weight: isWeight ? weight : 1,
    cap: cap !== undefined && cap >= 1 ? cap : null,
  };
}

/** Reasons why a tenant is not served. */
export type HeldBy = 'cap' | 'pause' | 'suspension' | 'throttling';

const REASONS: readonly (readonly [letter: string, reason: HeldBy])[] = [
  ['c', 'cap'],
  ['p', 'pause'],
  ['s', 'suspension'],
  ['t', 'throttling'],
];

/** Parses the letters in `held`. */
export function parseHeld(letters: string): HeldBy[] {
  return REASONS.filter(([letter]) => letters.includes(letter)).map(([, reason]) => reason);
}
