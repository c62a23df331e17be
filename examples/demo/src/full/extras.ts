import { randomBytes } from 'node:crypto';
import type { MonitoringPrograms } from '@nooble-deploy/deploy';
import { startSpanReceiver, type SpanReceiver } from '@nooble/observability/receiver';
import type { Screen } from '../screen.ts';
import type { MoreServices } from '../services.ts';
import type { Stage } from '../stage.ts';
import { TENANTS } from '../tenants.ts';
import { showFlood } from './flood.ts';
import { findPrograms, startDemoMonitoring, type DemoMonitoring } from './monitoring.ts';
import { showTrace } from './trace.ts';

/** The demo, for the acts that are added to it. */
export interface ExtraActs {
  readonly stage: Stage;
  readonly screen: Screen;
  readonly ask: string;
  /** True if Redis is slow with large collections. */
  readonly small: boolean;
}

interface Opened {
  readonly receiver: SpanReceiver;
  readonly programs: MonitoringPrograms | undefined;
  readonly traceId: string;
  readonly apiKey: string;
}

/** Adds to the demo what `--full` starts and shows. */
export class Extras {
  /** Settings for the services. */
  readonly services: MoreServices;
  readonly #opened: Opened;
  #monitoring: Promise<DemoMonitoring> | undefined;

  private constructor(opened: Opened) {
    const { receiver, apiKey } = (this.#opened = opened);
    const { tenantId, tenantTier } = TENANTS.enterprise;
    this.services = { apiKeys: `${apiKey}=${tenantId}:${tenantTier}`, collector: receiver.url };
  }

  /** Finds and starts what the services need. */
  static async open(screen: Screen): Promise<Extras> {
    const programs = await findPrograms(screen);
    const traceId = randomBytes(16).toString('hex');
    const apiKey = randomBytes(24).toString('base64url');
    const receiver = await startSpanReceiver({ keep: (span) => span.traceId === traceId });
    return new Extras({ receiver, programs, traceId, apiKey });
  }

  /** Starts what needs the services. */
  async begin(stage: Stage, screen: Screen): Promise<void> {
    const { programs } = this.#opened;
    if (!programs) return;
    this.#monitoring = startDemoMonitoring(programs, stage.services);
    const { prometheusUrl } = await this.#monitoring;
    screen.field('Prometheus', `with Alertmanager: ${programs.description}`);
    screen.faint(`           ${prometheusUrl}`);
  }

  /** Plays the acts that the demo has only with `--full`. */
  async play({ stage, screen, ask, small }: ExtraActs): Promise<void> {
    const { receiver, traceId, apiKey } = this.#opened;
    const gateway = stage.services.find(({ name }) => name === 'gateway')?.url ?? '';
    await showTrace(screen, { gateway, apiKey, query: ask, traceId, receiver });
    const monitoring = await this.#monitoring;
    if (monitoring) await showFlood(screen, { stage, monitoring, ask, small });
  }

  /** Stops everything it started, also what is only starting. */
  async leave(): Promise<void> {
    await this.#opened.receiver.stop();
    const monitoring = await this.#monitoring?.catch(() => undefined);
    await monitoring?.stop();
  }
}
