import { DomainQueueManager, type QueueManagerOptions } from '@nooble/queue';
import { observe } from '@nooble/observability';
import { prometheusEndpoint } from '@nooble/observability/fastify';
import type { RedisPool } from '@nooble/redis';
import { type ActionProcessor, BaseWorker } from '@nooble/worker';
import type { Logger } from 'pino';
import { warnOfAbsentRedis } from './absent-redis.ts';
import { healthServer } from './health-server.ts';
import { listen } from './listen.ts';
import { endWithParent } from './parent.ts';
import { serviceLogger } from './service-logger.ts';
import type { ServiceSettings } from './service-settings.ts';
import { startTelemetry } from './telemetry.ts';

/** Parts of a service. */
export interface ServiceParts {
  readonly settings: ServiceSettings;
  /** Prefix of its variables, for example `EMBEDDING_`; used in messages. */
  readonly envPrefix: string;
  readonly redis: RedisPool;
  readonly processor: ActionProcessor;
  /** Limits of the actions that the service sends. @default those of the tiers */
  readonly limits?: Pick<QueueManagerOptions, 'tiers' | 'domains'>;
}

/** A service that consumes actions and serves health checks. */
export interface RunningService {
  /** `http://<host>:<port>` */
  readonly url: string;
  /** Stops the service after its running actions. SIGTERM, SIGINT and the end of its parent process do the same. */
  stop(): Promise<void>;
}

/**
 * Runs a worker and its health server until a signal or `stop()`, and closes the pool at the end. Resolves when the worker
 * consumes. While Redis is unreachable it keeps retrying, and `/ready` returns 503. Throws HealthAddressError.
 */
export async function runService(parts: ServiceParts): Promise<RunningService> {
  const { settings, redis } = parts;
  const logger = serviceLogger(settings);
  const { worker, queues } = assemble(parts, logger);
  const telemetry = startTelemetry(settings);
  const observation = observe({ worker, ...telemetry.providers });
  const app = healthServer(worker, logger);
  prometheusEndpoint(app, telemetry.exporter);
  const stay = endWithParent(() => void worker.stop());
  // `once` of node:events would reject on the first `error` event, such as an outage of Redis.
  const stopped = new Promise((resolve) => worker.events.once('stopped', resolve)).then(
    async () => {
      stay();
      await app.close();
      observation.stop();
      await telemetry.stop();
      await queues.close();
      await redis.close();
    },
  );
  const stop = async (): Promise<void> => {
    await worker.stop();
    await stopped;
  };
  try {
    const url = await listen(app, parts);
    logger.info({ url }, 'Serving health checks');
    await warnOfAbsentRedis(parts, logger);
    await worker.start();
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function assemble(
  { settings, redis, processor, limits }: ServiceParts,
  logger: Logger,
): { worker: BaseWorker; queues: DomainQueueManager } {
  const { domainName: domain, serviceVersion: version } = settings;
  const { concurrency, keyPrefix: prefix, tierMode: mode } = settings;
  const leaseMs = Math.round(settings.leaseSeconds * 1_000);
  const queues = new DomainQueueManager({ redis, prefix, ...limits });
  const shared = { redis, prefix, queues, processor, logger, concurrency };
  return { worker: new BaseWorker({ domain, version, leaseMs, mode, ...shared }), queues };
}
