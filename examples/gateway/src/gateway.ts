import {
  openDatabase,
  runHttpService,
  serviceLogger,
  startTelemetry,
  traceRequests,
} from '@nooble-examples/service-runtime';
import type { RunningService } from '@nooble-examples/service-runtime';
import { observe } from '@nooble/observability';
import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { RedisPool } from '@nooble/redis';
import { fastify } from 'fastify';
import { Answers } from './answers.ts';
import { parseApiKeys } from './api-keys.ts';
import { Readers } from './readers.ts';
import { addRoutes } from './routes.ts';
import { settingsDefinition, type GatewaySettings } from './settings.ts';

/** Maximum size of a request body (bytes). */
const BODY_LIMIT = 64 * 1024;

/** Runs the gateway until it is stopped. */
export async function startGateway(settings: GatewaySettings): Promise<RunningService> {
  const { redisUrl, serviceName, keyPrefix: prefix } = settings;
  const logger = serviceLogger(settings);
  const redis = new RedisPool({ url: redisUrl, name: serviceName });
  const database = await openDatabase(settings);
  const known = database && { directory: database.directory };
  const queues = new DomainQueueManager({ redis, prefix, ...known });
  const telemetry = startTelemetry(settings);
  const observation = observe({ queues, report: false, ...telemetry.providers });
  const client = new ActionClient({ queues });
  const timeoutMs = settings.answerSeconds * 1_000;
  const resumeMs = settings.resumeSeconds * 1_000;
  const readers = new Readers({ redis, prefix, resumeMs, logger });
  const answers = new Answers({ queues, client, readers, timeoutMs });
  const app = fastify({ bodyLimit: BODY_LIMIT });
  traceRequests(app, telemetry.providers.tracerProvider);
  const { keys } = parseApiKeys(settings.apiKeys);
  addRoutes(app, { keys, answers, client, timeoutMs });
  const close = async (): Promise<void> => {
    const settled = Promise.all([answers.settled(), readers.settled()]);
    await within(settings.stopSeconds * 1_000, settled);
    answers.close();
    await queues.close();
    await database?.close();
    observation.stop();
    await telemetry.stop();
  };
  const { envPrefix } = settingsDefinition;
  return runHttpService({ settings, envPrefix, redis, logger, app, close });
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
