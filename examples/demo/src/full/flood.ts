import { setTimeout as wait } from 'node:timers/promises';
import type { SentAlert, Webhook } from '@nooble-deploy/deploy';
import { generateAnswer } from '@nooble-examples/contracts';
import { TIERS, type DomainAction } from '@nooble/models';
import { withDeadline } from '../deadline.ts';
import type { Flow } from '../flow.ts';
import type { Screen } from '../screen.ts';
import type { Stage } from '../stage.ts';
import { showAlerts } from './alerts.ts';
import { questionsOf, sendersOf } from './flood-actions.ts';
import type { DemoMonitoring } from './monitoring.ts';
import { sharesIn } from './shares.ts';
import { showShares } from './share-table.ts';

const ALERT = 'NoobleTenantFloods';
/** The metrics of a domain are read every 10 s, or after 30 s if the process that read them was killed; an alert waits for 10 s. */
const ALERT_MS = 75_000;
/** Minimum time for which shares are measured. */
const SHARES_MS = 25_000;
const IDLE_MS = 60_000;
const LOOK_MS = 50;
const { domain, type } = generateAnswer;

/** Dependencies of the act. */
export interface FloodParts {
  readonly stage: Stage;
  readonly monitoring: DemoMonitoring;
  readonly ask: string;
  /** True if Redis is slow with large collections. */
  readonly small: boolean;
}

/** A tenant floods the query service until Prometheus has sent an alert; then its share is compared with what was due. */
export async function showFlood(screen: Screen, parts: FloodParts): Promise<void> {
  const { stage, monitoring, ask, small } = parts;
  const senders = sendersOf(small);
  const [{ tenantId, questions }, ...others] = senders;
  screen.heading(
    `Tenant ${tenantId} sends ${questions} questions at once; ${others.length} others wait as well`,
  );
  if (!stage.usesStandIn) {
    return screen.line('  Left out: it would send many questions to your language model.');
  }
  const fromMs = Date.now();
  const alerted = firing(monitoring.webhook, tenantId);
  const actions = senders.flatMap((sender) => questionsOf(sender, ask));
  const stopCounting = countAnswers(stage, screen, actions.length);
  await sendAll(stage, actions);
  const patience = { waitingFor: `the alert ${ALERT}`, ms: ALERT_MS };
  const alert = await withDeadline(patience, async () => alerted).catch(() => undefined);
  const afterMs = Date.now() - fromMs;
  // Shares of a shorter time would depend on when the first questions ended.
  await wait(Math.max(0, SHARES_MS - afterMs));
  stopCounting();
  const period = { domain, fromMs, toMs: Date.now() };
  showShares(screen, await sharesIn(monitoring.prometheusUrl, period));
  if (!alert) screen.line(`  ${ALERT} did not fire within ${Math.round(afterMs / 1_000)} s.`);
  showAlerts(screen, { alert, afterMs, all: monitoring.webhook.alerts });
  await cancelAll(stage, actions);
}

/** Resolves to the alert about this tenant: an earlier load of another one may still be in the period of the rule. */
async function firing({ events }: Webhook, tenantId: string): Promise<SentAlert> {
  return new Promise((resolve) => {
    events.on('received', (alert) => {
      const { alertname, messaging_destination_name: about, nooble_tenant_id: who } = alert.labels;
      const isExpected = alertname === ALERT && about === domain && who === tenantId;
      if (alert.status === 'firing' && isExpected) resolve(alert);
    });
  });
}

/** Shows the number of answers on a terminal. Returns a function that stops it. */
function countAnswers({ events }: Stage, screen: Screen, all: number): () => void {
  let done = 0;
  const count = (flow: Flow): void => {
    if (flow.type === type) screen.progress('questions answered', { done: ++done, all });
  };
  events.on('flow', count);
  return () => void events.off('flow', count);
}

async function sendAll({ unlimited }: Stage, actions: readonly DomainAction[]): Promise<void> {
  const outcomes = await unlimited.enqueueMany(actions);
  const refused = outcomes.find((outcome) => outcome.status === 'rejected');
  if (refused) throw refused.error;
}

/** Cancels the rest, and waits until no action of the domain waits or runs. */
async function cancelAll({ queues }: Stage, actions: readonly DomainAction[]): Promise<void> {
  const refs = actions.map(({ actionId, tenantId }) => ({ domain, actionId, tenantId }));
  await Promise.all(refs.map(async (ref) => queues.cancel(ref)));
  const patience = { waitingFor: 'the cancelled questions', ms: IDLE_MS };
  await withDeadline(patience, async () => {
    for (;;) {
      const { tiers } = await queues.stats(domain);
      if (TIERS.every((tier) => tiers[tier].waiting + tiers[tier].active === 0)) return;
      await wait(LOOK_MS);
    }
  });
}
