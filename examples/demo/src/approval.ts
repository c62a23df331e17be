import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import { duration } from './layout.ts';
import { publishText } from './publish.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { TENANTS } from './tenants.ts';

const APPROVAL_MS = 60_000;
const LOOK_MS = 20;

/** A handler waits for a person: `explain` says so, and a signal resolves the wait. */
export async function showApproval(stage: Stage, screen: Screen): Promise<void> {
  screen.heading('A handler waits for the approval of a person, and occupies no slot');
  const tenant = TENANTS.professional;
  const ref = { domain: publishText.domain, actionId: newId(), tenantId: tenant.tenantId };
  const data = { text: 'A lease is a right.' };
  const published = stage.queues
    .tenant(tenant)
    .request(publishText, data, { actionId: ref.actionId });
  published.catch(() => undefined);
  const patience = { waitingFor: 'the approval', ms: APPROVAL_MS };
  await withDeadline(patience, async () => {
    await untilItWaits(stage, ref);
    screen.line('  demo.publish is active: its handler waits for signal "approval"');
    const signalledMs = performance.now();
    await stage.queues.signal(ref, 'approval', { by: 'Ada' });
    const { approvedBy } = await published;
    const after = duration(performance.now() - signalledMs);
    screen.line(`  ✓ approved by ${approvedBy}; the action was done ${after} after the signal`);
  });
}

async function untilItWaits(
  { queues }: Stage,
  ref: Parameters<Stage['queues']['explain']>[0],
): Promise<void> {
  for (;;) {
    const { reasons } = await queues.explain(ref);
    if (reasons.some(({ kind }) => kind === 'waits')) return;
    await wait(LOOK_MS);
  }
}
