import { generateEmbeddings } from '@nooble-examples/contracts';
import { TIERS, type DomainAction, type Tier } from '@nooble/models';
import { collectFlows } from './collect-flows.ts';
import { withDeadline } from './deadline.ts';
import type { Flow } from './flow.ts';
import { duration } from './layout.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { TENANTS } from './tenants.ts';

/** Number of actions to send. */
export interface Flood {
  readonly free: number;
  readonly others: number;
}

const ACTION_MS = 60_000;
/** Enough work to keep the queue from draining too early. */
const TEXTS_PER_ACTION = 24;

/** A free tenant floods the embedding service while two other tenants send a few actions. */
export async function showFairness(stage: Stage, screen: Screen, flood: Flood): Promise<void> {
  screen.heading(
    `A free tenant sends ${flood.free} actions at once, two others ${flood.others} each`,
  );
  const actions = [
    ...actionsOf('free', flood.free),
    ...actionsOf('professional', flood.others),
    ...actionsOf('enterprise', flood.others),
  ];
  const patience = { waitingFor: 'the actions', ms: ACTION_MS };
  const flows = await withDeadline(patience, async (progress) => {
    const ids = actions.map(({ actionId }) => actionId);
    const finished = collectFlows(stage, ids, (done) => {
      progress();
      screen.progress('actions', { done, all: actions.length });
    });
    const outcomes = await stage.unlimited.enqueueMany(actions);
    const refused = outcomes.find((outcome) => outcome.status === 'rejected');
    if (refused) throw refused.error;
    return finished;
  });
  showWaiting(screen, flows);
}

function actionsOf(tier: keyof typeof TENANTS, count: number): DomainAction[] {
  return Array.from({ length: count }, (_, number) => {
    const texts = Array.from(
      { length: TEXTS_PER_ACTION },
      (_, index) =>
        `${tier} text ${number} ${index} about tenants, tiers, queues and their fair share`,
    );
    return generateEmbeddings.create({ ...TENANTS[tier], data: { texts } });
  });
}

function showWaiting(screen: Screen, flows: readonly Flow[]): void {
  screen.faint(
    `  ${'tier'.padEnd(14)} ${'actions'.padStart(7)}  waiting: ${'median'.padStart(9)} ${'longest'.padStart(9)}`,
  );
  for (const tier of TIERS) {
    const waits = flows.filter((flow) => flow.tier === tier).map(({ waitedMs }) => waitedMs);
    if (waits.length > 0)
      screen.tier(
        tier,
        `  ${waitingLine(
          tier,
          waits.toSorted((a, b) => a - b),
        )}`,
      );
  }
}

function waitingLine(tier: Tier, sorted: readonly number[]): string {
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const cells = [duration(median).padStart(18), duration(sorted.at(-1) ?? 0).padStart(9)];
  return `${tier.padEnd(14)} ${String(sorted.length).padStart(7)} ${cells.join(' ')}`;
}
