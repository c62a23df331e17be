import type { Tier } from '@nooble/models';
import type { Screen } from '../screen.ts';
import type { TierShare } from './shares.ts';

const FAIREST: Tier = 'free';

/** Shows what each tier got beside what was due, as Prometheus has it. */
export function showShares(screen: Screen, shares: readonly TierShare[]): void {
  screen.faint('  Slot time since the first question, out of Prometheus:');
  screen.faint(
    `  ${'tier'.padEnd(14)} ${'started'.padStart(8)} ${'share due'.padStart(11)} ${'got'.padStart(7)}`,
  );
  for (const { tier, started, due, got } of shares) {
    const cells = [
      String(started).padStart(8),
      percent(due).padStart(11),
      percent(got).padStart(7),
    ];
    screen.tier(tier, `  ${tier.padEnd(14)} ${cells.join(' ')}`);
  }
  const several = shares.find(({ tier }) => tier === FAIREST);
  if (several)
    screen.line(
      `  Jain's index of the tenants of tier ${FAIREST}: ${several.jain.toFixed(2)} (1: all got the same)`,
    );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
