import { randomBytes } from 'node:crypto';
import type { MonitoringPrograms } from '@nooble-deploy/deploy';
import { startSpanReceiver, type SpanReceiver } from '@nooble/observability/receiver';
import { temporaryFolder, type TemporaryFolder } from '@nooble/servers';
import type { Screen } from '../screen.ts';
import type { MoreServices } from '../services.ts';
import type { Stage } from '../stage.ts';
import { TENANTS } from '../tenants.ts';
import { showFlood } from './flood.ts';
import { openHistory, type DemoHistory, type KeysOfRun } from './history.ts';
import {
  findPrograms,
  showMissing,
  startDemoMonitoring,
  type DemoMonitoring,
} from './monitoring.ts';
import { showTask } from './task-endings.ts';
import { askedActionId, showTrace } from './trace.ts';
import { showUsage } from './usage.ts';
import { showPlaces } from './where-to-look.ts';

const MAX_LISTENERS = 30;

/** The demo, for the acts that are added to it. */
export interface ExtraActs {
  readonly stage: Stage;
  readonly screen: Screen;
  readonly ask: string;
  /** True if Redis is slow with large collections. */
  readonly small: boolean;
}

interface Opened {
  readonly since: Date;
  readonly folder: TemporaryFolder;
  readonly receiver: SpanReceiver;
  readonly programs: MonitoringPrograms | undefined;
  readonly history: DemoHistory | undefined;
}

/** Adds to the demo what `--full` starts and shows. */
export class Extras {
  /** Settings for the services. */
  readonly services: MoreServices;
  readonly #apiKey = randomBytes(24).toString('base64url');
  readonly #opened: Opened;
  readonly #traceId: string;
  #monitoring: Promise<DemoMonitoring | undefined> | undefined;

  private constructor(opened: Opened, traceId: string) {
    this.#opened = opened;
    this.#traceId = traceId;
    const { tenantId, tenantTier } = TENANTS.enterprise;
    this.services = {
      apiKeys: `${this.#apiKey}=${tenantId}:${tenantTier}`,
      collector: opened.receiver.url,
      database: opened.history?.url.href,
    };
  }

  /** Finds and starts what the services need. Throws the reason of an interruption. */
  static async open(screen: Screen, keys: KeysOfRun, signal: AbortSignal): Promise<Extras> {
    const since = new Date();
    // Every process that the demo starts has a listener, which kills it at the exit.
    process.setMaxListeners(MAX_LISTENERS);
    const traceId = randomBytes(16).toString('hex');
    const programs = await findPrograms(screen);
    signal.throwIfAborted();
    const folder = await temporaryFolder('nooble-demo');
    const receiver = await startSpanReceiver({ keep: (span) => span.traceId === traceId });
    try {
      const history = await openHistory(screen, keys);
      return new Extras({ since, folder, receiver, programs, history }, traceId);
    } catch (error) {
      await receiver.stop();
      await folder.remove();
      throw error;
    }
  }

  /** Starts what needs the services. */
  async begin(stage: Stage, screen: Screen): Promise<void> {
    const { programs, folder } = this.#opened;
    if (!programs) return;
    this.#monitoring = startDemoMonitoring(programs, stage.services, folder.path).catch(
      (error: unknown) => showMissing(screen, error),
    );
    const monitoring = await this.#monitoring;
    if (!monitoring) return;
    screen.field('Prometheus', programs.description);
    screen.faint(`           ${monitoring.prometheusUrl}`);
  }

  /** Plays the acts that the demo has only with `--full`. */
  async play({ stage, screen, ask, small }: ExtraActs): Promise<void> {
    const { receiver, history, since, folder } = this.#opened;
    const gateway = stage.services.find(({ name }) => name === 'gateway')?.url ?? '';
    const [apiKey, traceId] = [this.#apiKey, this.#traceId];
    await showTrace(screen, { gateway, apiKey, query: ask, traceId, receiver });
    const monitoring = await this.#monitoring;
    if (monitoring) await showFlood(screen, { stage, monitoring, ask, small });
    const actionId = askedActionId(receiver.spans);
    if (history) {
      await history.recorded();
      if (actionId !== undefined)
        await showTask(screen, history.persistence, { actionId, traceId });
      await showUsage(screen, history.persistence, since);
    }
    const { prometheusUrl } = monitoring ?? { prometheusUrl: undefined };
    const own = { gateway, apiKey, ask, folder: folder.path, services: stage.services };
    await showPlaces(screen, { ...own, prometheusUrl, postgres: history?.url });
  }

  /** On a terminal, waits for an interruption: everything can be looked at meanwhile. */
  async stay(screen: Screen, signal: AbortSignal): Promise<void> {
    if (!screen.isInteractive) {
      return screen.faint('  In a terminal the demo keeps all this until Ctrl-C; here it ends.');
    }
    screen.heading('Everything keeps running. Ctrl-C stops and removes it.');
    if (signal.aborted) return undefined;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Stops everything it started, also what is only starting. */
  async leave(): Promise<void> {
    const { receiver, history, folder } = this.#opened;
    await receiver.stop();
    const monitoring = await this.#monitoring;
    await monitoring?.stop();
    await history?.stop();
    await folder.remove();
  }
}
