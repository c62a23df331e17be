import {
  findMonitoring,
  startMonitoring,
  startWebhook,
  type Monitoring,
  type MonitoringPrograms,
  type Webhook,
} from '@nooble-deploy/deploy';
import type { Screen } from '../screen.ts';
import type { ServiceProcess } from '../service-process.ts';

/** Time between scrapes, and time for which the condition of an alert must hold (ms). In `rules.yml` the latter is minutes. */
const SCRAPE_MS = 1_000;
export const HOLD_MS = 10_000;

/** Prometheus with the services as its targets, and a receiver of its alerts. */
export interface DemoMonitoring extends Monitoring {
  readonly webhook: Webhook;
}

/** Returns the programs. Without them it says how to get them, and returns undefined. */
export async function findPrograms(screen: Screen): Promise<MonitoringPrograms | undefined> {
  try {
    const onProgress = (line: string): void => screen.faint(line);
    return await findMonitoring({ onProgress });
  } catch (error) {
    return showMissing(screen, error);
  }
}

/** Says why there is no Prometheus: the demo goes on without. */
export function showMissing(screen: Screen, error: unknown): undefined {
  screen.field('Prometheus', (error as Error).message);
  screen.field('', 'The demo continues without metrics and alerts.');
}

/** Starts Prometheus and Alertmanager, which scrape the services that run workers. */
export async function startDemoMonitoring(
  programs: MonitoringPrograms,
  services: readonly ServiceProcess[],
  directory: string,
): Promise<DemoMonitoring> {
  const webhook = await startWebhook();
  const monitoring = await startMonitoring({
    programs,
    directory,
    targets: targetsIn(services),
    webhook: webhook.url,
    intervalMs: SCRAPE_MS,
    holdMs: HOLD_MS,
  }).catch(async (error: unknown) => {
    await webhook.close();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await monitoring.stop();
    await webhook.close();
  };
  return { ...monitoring, webhook, stop };
}

/** The gateway has no metrics. */
function targetsIn(services: readonly ServiceProcess[]): string[] {
  return services.filter(({ name }) => name !== 'gateway').map(({ url }) => new URL(url).host);
}
