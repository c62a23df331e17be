import { setupErrorHandling } from '@nooble/errors/fastify';
import type { BaseWorker, WorkerHealth } from '@nooble/worker';
import { fastify, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/**
 * `GET /health`: the process lives. `GET /ready`: its worker consumes; otherwise 503, with what is not ready and a code.
 * Whoever may ask learns no address and no text of an error: those are in the log, once per change.
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

/** Probes come every few seconds. */
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
