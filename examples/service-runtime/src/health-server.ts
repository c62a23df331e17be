import { isNoobleError, PostgresUnavailableError } from '@nooble/errors';
import { setupErrorHandling } from '@nooble/errors/fastify';
import type { Persistence } from '@nooble/persistence';
import type { BaseWorker } from '@nooble/worker';
import { fastify, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

interface Reason {
  readonly dependency: string;
  readonly code: string;
  readonly message: string;
}

/** Parts of a service that its readiness depends on. */
export interface HealthParts {
  readonly worker: BaseWorker;
  readonly logger: Logger;
  readonly database?: Pick<Persistence, 'health'> | undefined;
}

/**
 * `GET /health` returns 200 while the process runs. `GET /ready` returns 200 while its worker consumes, otherwise 503 with
 * each dependency that is not ready and a code. Addresses and error messages are only logged, once per change.
 */
export function healthServer({ worker, logger, database }: HealthParts): FastifyInstance {
  const app = fastify();
  const note = changesIn(logger);
  setupErrorHandling(app);
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const [health, away] = await Promise.all([worker.health(), databaseReasons(database)]);
    const all = [...health.reasons, ...away];
    const status = away.length > 0 ? 'unavailable' : health.status;
    note({ status, reasons: all });
    const reasons = all.map(({ dependency, code }) => ({ dependency, code }));
    return reply.code(status === 'ok' ? 200 : 503).send({ ...health, status, reasons });
  });
  return app;
}

async function databaseReasons(database: HealthParts['database']): Promise<Reason[]> {
  const health = await database?.health();
  if (!health || health.ok) return [];
  const { error } = health;
  const code = isNoobleError(error) ? error.code : PostgresUnavailableError.kind.code;
  return [{ dependency: 'postgres', code, message: (error as Error).message }];
}

/** Logs changes only, because probes arrive every few seconds. */
function changesIn(
  logger: Logger,
): (health: { readonly status: string; readonly reasons: readonly Reason[] }) => void {
  let before = '';
  return ({ status, reasons }) => {
    const now = reasons.map(({ code }) => code).join();
    if (now === before) return;
    before = now;
    if (status === 'ok') logger.info('Ready again');
    else logger.warn({ reasons }, 'Not ready');
  };
}
