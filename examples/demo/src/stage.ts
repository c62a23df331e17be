import { EventEmitter } from 'node:events';
import { answersFor } from '@nooble-examples/contracts';
import type { Answered, Indexed } from '@nooble-examples/contracts';
import type { CallbackData } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { flowOfEvent, type Flow } from './flow.ts';
import { ServiceProcess } from './service-process.ts';

/** Domain of the demo itself: answers come to its queues. */
const DOMAIN = 'demo';

interface Events {
  flow: [Flow];
  indexed: [CallbackData<Indexed>];
  answered: [CallbackData<Answered>];
  died: [Error];
}

/** Two services and a worker that receives their answers. */
export class Stage {
  readonly events = new EventEmitter<Events>();
  readonly queues: DomainQueueManager;
  /** Without the limits of the free tier, to flood the queue with. */
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
    const env = { REDIS_URL: redis, KEY_PREFIX: prefix, HTTP_PORT: '0', LOG_LEVEL: 'debug' };
    const names = ['embedding-service', 'query-service'] as const;
    this.#services = names.map((name) => new ServiceProcess({ name, env }));
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
    this.#worker.events.on('done', (event) => {
      const flow = flowOfEvent(event);
      if (flow) this.events.emit('flow', flow);
    });
  }

  async open(): Promise<void> {
    const services = this.#services.map(async (service) => service.started());
    await Promise.all([...services, this.#worker.start()]);
  }

  /** Ends everything it started. */
  async close(): Promise<void> {
    await Promise.all(this.#services.map(async (service) => service.stop()));
    await this.#worker.stop();
    await Promise.all([this.queues.close(), this.unlimited.close()]);
  }

  /** Where answers for a tenant are to go. */
  answerQueue({ tenantId, tenantTier }: { tenantId: string; tenantTier: string }): string {
    return `${DOMAIN}:${tenantId}:${tenantTier}`;
  }

  #receiver(): ActionProcessor {
    const { indexed, answered } = answersFor(DOMAIN);
    return new ActionProcessor()
      .register(indexed, ({ data }) => void this.events.emit('indexed', data))
      .register(answered, ({ data }) => void this.events.emit('answered', data));
  }
}
