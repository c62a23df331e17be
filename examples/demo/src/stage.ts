import { EventEmitter } from 'node:events';
import { generateAnswer, indexDocuments } from '@nooble-examples/contracts';
import type { Answered, Indexed } from '@nooble-examples/contracts';
import { defineCallback, type CallbackData } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { withDeadline } from './deadline.ts';
import { FlowReader, lineOf, type Flow } from './flow.ts';
import { ServiceProcess } from './service-process.ts';

/** Domain of the demo itself, which receives the answers. */
export const DOMAIN = 'demo';
const START_MS = 60_000;

interface Events {
  flow: [Flow];
  /** The answer, and the id of its task. */
  indexed: [CallbackData<Indexed>, string];
  answered: [CallbackData<Answered>];
  died: [Error];
}

/** Two services and a worker that receives their answers. */
export class Stage {
  readonly events = new EventEmitter<Events>();
  readonly queues: DomainQueueManager;
  /** A manager without the limits of the free tier, to flood the queue. */
  readonly unlimited: DomainQueueManager;
  readonly #services: readonly ServiceProcess[];
  readonly #worker: BaseWorker;

  constructor({ redis, prefix }: { redis: string; prefix: string }) {
    this.queues = new DomainQueueManager({ redis, prefix });
    this.unlimited = new DomainQueueManager({
      redis,
      prefix,
      tiers: { free: { perMinute: null, perDay: null } },
    });
    const domains = ['embedding', 'query'] as const;
    this.#services = domains.map(
      (domain) =>
        new ServiceProcess({
          name: `${domain}-service`,
          env: environmentOf({ domain, redis, prefix }),
        }),
    );
    for (const { events } of this.#services) {
      events.on('flow', (flow) => this.events.emit('flow', flow));
      events.on('died', (error) => this.events.emit('died', error));
    }
    const processor = this.#receiver();
    this.#worker = new BaseWorker({
      domain: DOMAIN,
      redis,
      prefix,
      processor,
      logger: false,
      handleSignals: false,
    });
    this.#reportFlows();
  }

  /** Starts everything; resolves when all workers consume. */
  async open(): Promise<void> {
    const services = this.#services.map(async (service) => service.started());
    await withDeadline({ waitingFor: 'the services', ms: START_MS }, async () =>
      Promise.all([...services, this.#worker.start()]),
    );
  }

  /** URLs of the health checks of the services. */
  get urls(): readonly string[] {
    return this.#services.map(({ url }) => url);
  }

  /** Stops everything it started. */
  async close(): Promise<void> {
    await Promise.all(this.#services.map(async (service) => service.stop()));
    await this.#worker.stop();
    await Promise.all([this.queues.close(), this.unlimited.close()]);
  }

  /** Returns the queue for answers to a tenant. */
  answerQueue({ tenantId, tenantTier }: { tenantId: string; tenantTier: string }): string {
    return `${DOMAIN}:${tenantId}:${tenantTier}`;
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
    const answered = defineCallback(generateAnswer, DOMAIN);
    return new ActionProcessor()
      .register(indexed, ({ data, taskId }) => void this.events.emit('indexed', data, taskId))
      .register(answered, ({ data }) => void this.events.emit('answered', data));
  }
}

/** Uses the prefixed names, which take precedence over variables of the user. */
function environmentOf({
  domain,
  redis,
  prefix,
}: {
  domain: 'embedding' | 'query';
  redis: string;
  prefix: string;
}): Record<string, string> {
  const name = domain.toUpperCase();
  return {
    [`${name}_DOMAIN_NAME`]: domain,
    [`${name}_REDIS_URL`]: redis,
    [`${name}_KEY_PREFIX`]: prefix,
    [`${name}_LOG_LEVEL`]: 'debug',
    HTTP_PORT: '0',
  };
}
