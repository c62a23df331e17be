import { setupErrorHandling } from '@nooble/errors/fastify';
import type { BaseWorker, WorkerHealth } from '@nooble/worker';
import { fastify, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/**
 * `GET /health` returns 200 while the process runs. `GET /ready` returns 200 while its worker consumes, otherwise 503 with
 * the dependency that is not ready and a code. Addresses and error messages are only logged, once per change.
 */
export function healthServer(worker: BaseWorker, logger: Logger): FastifyInstance {
  const app = fastify();
  const note = changesIn(logger);
  setupErrorHandling(app);
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const health = await worker.health();
    note(health);
    const reasons = health.reasons.map(({ dependency, code }) => ({ dependency, code }));
    return reply.code(health.status === 'ok' ? 200 : 503).send({ ...health, reasons });
  });
  return app;
}

/** Logs changes only, because probes arrive every few seconds. */
function changesIn(logger: Logger): (health: WorkerHealth) => void {
  let before = '';
  return ({ status, reasons }) => {
    const now = reasons.map(({ code }) => code).join();
    if (now === before) return;
    before = now;
    if (status === 'ok') logger.info('Ready again');
    else logger.warn({ reasons }, 'Not ready');
  };
}
