import { DomainQueueManager } from '@nooble/queue';
import type { QueueManagerOptions, TenantDirectory } from '@nooble/queue';
import { observe } from '@nooble/observability';
import { prometheusEndpoint } from '@nooble/observability/fastify';
import type { Persistence } from '@nooble/persistence';
import type { RedisPool } from '@nooble/redis';
import { type ActionProcessor, BaseWorker } from '@nooble/worker';
import type { Logger } from 'pino';
import { warnOfAbsentRedis } from './absent-redis.ts';
import { healthServer } from './health-server.ts';
import { KeptHistory } from './kept-history.ts';
import { listen } from './listen.ts';
import { endWithParent } from './parent.ts';
import { serviceLogger } from './service-logger.ts';
import type { ServiceSettings } from './service-settings.ts';
import { startTelemetry } from './telemetry.ts';
import { withoutLimits } from './without-limits.ts';

/** Parts of a service. */
export interface ServiceParts {
  readonly settings: ServiceSettings;
  /** Prefix of its variables, for example `EMBEDDING_`; used in messages. */
  readonly envPrefix: string;
  readonly redis: RedisPool;
  readonly processor: ActionProcessor;
  /** Limits of the actions that the service sends. @default those of the tiers */
  readonly limits?: Pick<QueueManagerOptions, 'tiers' | 'domains'>;
  /** Knows the tenants and keeps the history, and is closed at the end. @default every tenant is known, and no history is kept */
  readonly database?: Persistence | undefined;
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
  const { settings, redis, database } = parts;
  const logger = serviceLogger(settings);
  const { worker, queues, history } = assemble(parts, logger);
  const telemetry = startTelemetry(settings);
  const recorder = history && { recorder: history };
  const observation = observe({ worker, ...recorder, ...telemetry.providers });
  const app = healthServer({ worker, logger, database });
  prometheusEndpoint(app, telemetry.exporter);
  const stay = endWithParent(() => void worker.stop());
  // `once` of node:events would reject on the first `error` event, such as an outage of Redis.
  const stopped = new Promise((resolve) => worker.events.once('stopped', resolve)).then(
    async () => {
      stay();
      observation.stop();
      await closeInOrder([app, telemetry, history, database, queues, redis], logger);
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
    history?.start();
    await worker.start();
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function assemble(
  { settings, redis, processor, limits, database: persistence }: ServiceParts,
  logger: Logger,
): { worker: BaseWorker; queues: DomainQueueManager; history: KeptHistory | undefined } {
  const { domainName: domain, serviceVersion: version } = settings;
  const { concurrency, keyPrefix: prefix, tierMode: mode } = settings;
  const leaseMs = Math.round(settings.leaseSeconds * 1_000);
  const directory = persistence && directoryFor(persistence, limits);
  const queues = new DomainQueueManager({ redis, prefix, ...limits, ...directory });
  const shared = { redis, prefix, queues, processor, logger, concurrency };
  const worker = new BaseWorker({ domain, version, leaseMs, mode, ...shared });
  const history = persistence && new KeptHistory({ domain, queues, persistence, logger });
  return { worker, queues, history };
}

/** The limits of a plan apply once, where a tenant sends its own actions. */
function directoryFor(
  { directory }: Persistence,
  limits: ServiceParts['limits'],
): { directory: TenantDirectory } {
  return { directory: limits ? withoutLimits(directory) : directory };
}

interface Closable {
  close?(): unknown;
  stop?(): unknown;
}

/** Closes each part, also after one that fails: its connections must not keep the process alive. */
async function closeInOrder(
  parts: readonly (Closable | undefined)[],
  logger: Logger,
): Promise<void> {
  for (const part of parts) {
    try {
      await (part?.close ? part.close() : part?.stop?.());
    } catch (error) {
      logger.error({ err: error }, 'Cannot close completely');
    }
  }
}
