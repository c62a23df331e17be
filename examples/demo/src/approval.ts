import { setTimeout as wait } from 'node:timers/promises';
import { defineAction, newId, type DomainAction } from '@nooble/models';
import type { ActionContext } from '@nooble/worker';
import { z } from 'zod';
import { withDeadline } from './deadline.ts';
import { duration } from './layout.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { TENANTS } from './tenants.ts';

const APPROVAL_MS = 60_000;
const LOOK_MS = 20;
const approval = z.object({ by: z.string() });

/** Publishes a text once a person has approved it. */
export const publishText = defineAction('demo.publish', {
  data: z.object({ text: z.string() }),
  result: z.object({ approvedBy: z.string() }),
});

/** Waits for the signal `approval`. */
export async function publishHandler(
  _action: DomainAction,
  ctx: Pick<ActionContext, 'waitFor'>,
): Promise<{ approvedBy: string }> {
  const { by } = await ctx.waitFor('approval', { schema: approval, timeoutMs: APPROVAL_MS });
  return { approvedBy: by };
}

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
