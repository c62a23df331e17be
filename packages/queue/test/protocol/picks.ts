import fc from 'fast-check';
import type { Claim, ModelSettlement, Outcome } from './action.ts';
import { WORKERS, type ProtocolModel } from './protocol-model.ts';

/** Selects one of the claims; of a running attempt unless it is `stale`. */
export interface Pick {
  readonly nth: number;
  /** Selects among all claims ever made. */
  readonly stale: boolean;
}

export interface SettlePick extends Pick {
  readonly outcome: Outcome;
  readonly delayMs: number;
}

export const worker = fc.constantFrom(...WORKERS);

const OUTCOMES = [
  'done',
  'retry',
  'throttled',
  'unhandled',
  'parked',
  'dead',
  'expired',
  'cancelled',
  'release',
] as const;

const nth = fc.nat(12);
const stale = fc.constantFrom(false, false, false, true);

export const pickOne: fc.Arbitrary<Pick> = fc.record({ nth, stale });

export const picks = fc.array(pickOne, { minLength: 1, maxLength: 3 });

export const settlePick: fc.Arbitrary<SettlePick> = fc.record({
  nth,
  stale,
  outcome: fc.constantFrom(...OUTCOMES),
  delayMs: fc.constantFrom(0, 10_000, 40_000),
});

/** Returns undefined if there is no such claim. */
export function pickClaim({ claims }: ProtocolModel, { nth, stale }: Pick): Claim | undefined {
  const from = stale ? claims : claims.filter((claim) => claim.action.claim === claim);
  return from[nth % from.length];
}

export function settlementsOf(
  model: ProtocolModel,
  given: readonly SettlePick[],
): ModelSettlement[] {
  return given.flatMap((each) => {
    const claim = pickClaim(model, each);
    return claim ? [{ claim, outcome: each.outcome, delayMs: each.delayMs }] : [];
  });
}

/** As in `done of x3 (claim 5)`. */
export function describeSettlements(
  { claims }: ProtocolModel,
  settlements: readonly ModelSettlement[],
): string {
  return settlements
    .map(({ claim, outcome, delayMs }) => {
      const isLater = ['retry', 'throttled', 'unhandled', 'parked'].includes(outcome);
      const what = isLater ? `${outcome} for ${delayMs} ms` : outcome;
      return `${what} of ${claim.action.id} (claim ${claims.indexOf(claim)})`;
    })
    .join(', ');
}
