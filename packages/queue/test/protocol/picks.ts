import fc from 'fast-check';
import type { Hold } from '../../src/broker.ts';
import { HOLDING, type Claim, type ModelSettlement, type Outcome } from './action.ts';
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
  /** Ignored for an outcome that holds nothing. */
  readonly hold?: Hold | undefined;
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

const forMs = fc.constantFrom(0, 10_000, 40_000);

export const settlePick: fc.Arbitrary<SettlePick> = fc.record({
  nth,
  stale,
  outcome: fc.constantFrom(...OUTCOMES),
  delayMs: fc.constantFrom(0, 10_000, 40_000),
  hold: fc.option(
    fc.oneof(
      fc.record({ of: fc.constant('tenant' as const), forMs }),
      fc.record({ of: fc.constant('key' as const), key: fc.constantFrom('m/1', 'm/2'), forMs }),
    ),
    { nil: undefined, freq: 1 },
  ),
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
    const { outcome, delayMs, hold } = each;
    const held = hold && HOLDING.includes(outcome) ? { hold } : {};
    return claim ? [{ claim, outcome, delayMs, ...held }] : [];
  });
}

/** As in `done of x3 (claim 5)`. */
export function describeSettlements(
  { claims }: ProtocolModel,
  settlements: readonly ModelSettlement[],
): string {
  return settlements
    .map(({ claim, outcome, delayMs, hold }) => {
      const isLater = ['retry', 'throttled', 'unhandled', 'parked'].includes(outcome);
      const what = isLater ? `${outcome} for ${delayMs} ms` : outcome;
      const held = hold ? `, which holds ${hold.of} for ${hold.forMs} ms` : '';
      return `${what} of ${claim.action.id} (claim ${claims.indexOf(claim)})${held}`;
    })
    .join(', ');
}
