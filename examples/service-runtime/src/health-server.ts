import { setupErrorHandling } from '@nooble/errors/fastify';
import type { BaseWorker } from '@nooble/worker';
import { fastify, type FastifyInstance } from 'fastify';

/** `GET /health`: the process lives. `GET /ready`: its worker consumes; 503 with the reasons otherwise. */
export function healthServer(worker: BaseWorker): FastifyInstance {
  const app = fastify();
  setupErrorHandling(app);
  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async (_request, reply) => {
    const health = await worker.health();
    return reply.code(health.status === 'ok' ? 200 : 503).send(health);
  });
  return app;
}
