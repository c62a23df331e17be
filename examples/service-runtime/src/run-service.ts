import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DomainQueueManager, type QueueManagerOptions } from '@nooble/queue';
import type { RedisPool } from '@nooble/redis';
import { type ActionProcessor, BaseWorker } from '@nooble/worker';
import { pino } from 'pino';
import { healthServer } from './health-server.ts';
import type { ServiceSettings } from './service-settings.ts';

/** What a service is made of. */
export interface ServiceParts {
  readonly settings: ServiceSettings;
  readonly redis: RedisPool;
  readonly processor: ActionProcessor;
  /** Limits for what the service itself sends. @default those of the tiers */
  readonly limits?: Pick<QueueManagerOptions, 'tiers' | 'domains'>;
}

/** A service that consumes and answers over HTTP. */
export interface RunningService {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Ends it: running actions first. SIGTERM and SIGINT do the same. */
  stop(): Promise<void>;
}

/** Runs a worker and its health server until SIGTERM, SIGINT or `stop()`; owns the pool from then on. */
export async function runService({
  settings,
  redis,
  processor,
  limits,
}: ServiceParts): Promise<RunningService> {
  const { serviceName, serviceVersion, domainName, logLevel, concurrency, keyPrefix } = settings;
  const leaseMs = Math.round(settings.leaseSeconds * 1_000);
  const logger = pino({ name: serviceName, level: logLevel, base: { version: serviceVersion } });
  const queues = new DomainQueueManager({ redis, prefix: keyPrefix, ...limits });
  const shared = { redis, prefix: keyPrefix, queues, processor, logger, concurrency };
  const worker = new BaseWorker({ domain: domainName, leaseMs, ...shared });
  const app = healthServer(worker);
  const stopped = once(worker.events, 'stopped').then(async () => {
    await app.close();
    await queues.close();
    await redis.close();
  });
  await app.listen({ host: '127.0.0.1', port: settings.httpPort });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  logger.info({ url }, 'Answering health checks');
  await worker.start();
  return {
    url,
    async stop() {
      await worker.stop();
      await stopped;
    },
  };
}
