import { setupErrorHandling } from '@nooble/errors/fastify';
import type { RedisPool } from '@nooble/redis';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { warnOfAbsentRedis } from './absent-redis.ts';
import { listen } from './listen.ts';
import { endWithParent } from './parent.ts';
import type { RunningService } from './run-service.ts';
import type { HttpSettings } from './service-settings.ts';
import { onStopSignal } from './stop-signals.ts';

/** Parts of a service that has no domain: it only sends actions. */
export interface HttpServiceParts {
  readonly settings: HttpSettings;
  /** Prefix of its variables, for example `GATEWAY_`; used in messages. */
  readonly envPrefix: string;
  readonly redis: RedisPool;
  readonly logger: Logger;
  /** The app with the routes of the service. Health checks and error handling are added. */
  readonly app: FastifyInstance;
  /** Called once at the end, before the pool is closed. It must let open responses end. */
  readonly close: () => Promise<void>;
}

/** Serves HTTP until a signal, the end of the parent process, or `stop()`. Throws HealthAddressError. */
export async function runHttpService(parts: HttpServiceParts): Promise<RunningService> {
  const { app, redis, logger } = parts;
  setupErrorHandling(app);
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const { ok } = await redis.health();
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable' });
  });
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => (stopped ??= end());
  const ignore = [onStopSignal(() => void stop()), endWithParent(() => void stop())];
  async function end(): Promise<void> {
    logger.info('Stopping');
    // No new connections, while open responses go on.
    const closed = app.close();
    await parts.close();
    app.server.closeAllConnections();
    await closed;
    await redis.close();
    for (const each of ignore) each();
    logger.info('Stopped');
  }
  try {
    const url = await listen(app, parts);
    logger.info({ url }, 'Serving');
    await warnOfAbsentRedis(parts, logger);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
