import { EventEmitter } from 'node:events';
import { indexDocuments, type Indexed } from '@nooble-examples/contracts';
import { defineCallback, TIERS, type CallbackData } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { withDeadline } from './deadline.ts';
import { FlowReader, lineOf, type Flow } from './flow.ts';
import { publishHandler, publishText } from './publish.ts';
import type { LogLine, ServiceProcess } from './service-process.ts';
import { startServices, type MoreServices } from './services.ts';
import { StandInModel } from './stand-in-model.ts';

/** Domain of the demo itself, which receives the answers. */
export const DOMAIN = 'demo';
const START_MS = 60_000;

interface Events {
  flow: [Flow];
  line: [LogLine, ServiceProcess];
  /** The answer, and the id of its task. */
  indexed: [CallbackData<Indexed>, string];
  died: [Error];
}

export interface StageOptions {
  readonly redis: string;
  readonly prefix: string;
  readonly more?: MoreServices | undefined;
}

/** A line of the log of a service. */
export interface Logged {
  readonly service: ServiceProcess;
  /** Unix time (ms). */
  readonly timeMs: number;
}

/** The services, a language model for them, and a worker that receives their answers. */
export class Stage {
  readonly events = new EventEmitter<Events>();
  readonly queues: DomainQueueManager;
  /** A manager without limits of admissions, to flood the queue. */
  readonly unlimited: DomainQueueManager;
  readonly model = new StandInModel();
  /** False if the user has configured a language model. */
  readonly usesStandIn: boolean;
  readonly #options: StageOptions;
  /** Last start of an action by a service, by the id of the action. */
  readonly #starts = new Map<string, Logged>();
  readonly #worker: BaseWorker;
  #services: readonly ServiceProcess[] = [];

  constructor(options: StageOptions) {
    const { redis, prefix } = (this.#options = options);
    const { QUERY_LLM_BASE_URL: own, LLM_BASE_URL: general } = process.env;
    this.usesStandIn = (own ?? '') === '' && (general ?? '') === '';
    this.queues = new DomainQueueManager({ redis, prefix });
    this.unlimited = new DomainQueueManager({
      redis,
      prefix,
      tiers: Object.fromEntries(TIERS.map((tier) => [tier, { perMinute: null, perDay: null }])),
    });
    const processor = this.#receiver();
    const quiet = { logger: false, handleSignals: false } as const;
    this.#worker = new BaseWorker({ domain: DOMAIN, redis, prefix, processor, ...quiet });
    this.#reportFlows();
  }

  /** Starts everything; resolves when all workers consume. */
  async open(): Promise<void> {
    const model = this.usesStandIn ? await this.model.start() : undefined;
    const { more, ...options } = this.#options;
    this.#services = startServices({ ...options, model, ...(more && { more }) });
    for (const service of this.#services) this.#follow(service);
    const started = this.#services.map(async (service) => service.started());
    await withDeadline({ waitingFor: 'the services', ms: START_MS }, async () =>
      Promise.all([...started, this.#worker.start()]),
    );
  }

  get services(): readonly ServiceProcess[] {
    return this.#services;
  }

  /** Stops everything it started. */
  async close(): Promise<void> {
    await Promise.all(this.#services.map(async (service) => service.stop()));
    await this.#worker.stop();
    await Promise.all([this.queues.close(), this.unlimited.close(), this.model.stop()]);
  }

  /** Returns the queue for answers to a tenant. */
  answerQueue({ tenantId, tenantTier }: { tenantId: string; tenantTier: string }): string {
    return `${DOMAIN}:${tenantId}:${tenantTier}`;
  }

  /** Resolves when a service writes a line about an action. */
  async logged(message: string, actionId: string): Promise<Logged> {
    return new Promise((resolve) => {
      const take = (line: LogLine, service: ServiceProcess): void => {
        if (line['msg'] !== message || line['action_id'] !== actionId) return;
        this.events.off('line', take);
        resolve({ service, timeMs: Number(line['time']) });
      };
      this.events.on('line', take);
    });
  }

  /** Resolves with the last start of an action, once it is in the log of a service other than `except`. */
  async startOf(actionId: string, except?: ServiceProcess): Promise<Logged> {
    const known = this.#starts.get(actionId);
    return known && known.service !== except ? known : this.logged('Action started', actionId);
  }

  #follow(service: ServiceProcess): void {
    service.events.on('flow', (flow) => this.events.emit('flow', flow));
    service.events.on('died', (error) => this.events.emit('died', error));
    service.events.on('line', (line) => {
      if (line['msg'] === 'Action started') {
        this.#starts.set(String(line['action_id']), { service, timeMs: Number(line['time']) });
      }
      this.events.emit('line', line, service);
    });
  }

  #reportFlows(): void {
    const reader = new FlowReader();
    const report = (event: Parameters<typeof lineOf>[0]): void => {
      const flow = reader.read(lineOf(event));
      if (flow) this.events.emit('flow', flow);
    };
    this.#worker.events.on('started', report);
    this.#worker.events.on('done', report);
  }

  #receiver(): ActionProcessor {
    const indexed = defineCallback(indexDocuments, DOMAIN);
    return new ActionProcessor()
      .register(indexed, ({ data, taskId }) => void this.events.emit('indexed', data, taskId))
      .register(publishText, publishHandler);
  }
}
