import { generateAnswer, type Question } from '@nooble-examples/contracts';
import type { ActionClient } from '@nooble/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answers } from './answers.ts';
import { tenantOf, type ApiKeys, type Tenant } from './api-keys.ts';
import { END, positionIn } from './event-id.ts';
import { EventStream } from './event-stream.ts';

export interface RoutesParts {
  readonly keys: ApiKeys;
  readonly answers: Answers;
  readonly client: ActionClient;
  readonly timeoutMs: number;
}

/** Adds the routes of the gateway. */
export function addRoutes(app: FastifyInstance, parts: RoutesParts): void {
  app.post('/query', async (request, reply) => {
    const tenant = authenticate(parts.keys, request, reply);
    const question = generateAnswer.parseData(request.body);
    if (!acceptsEvents(request)) return askOnce(parts, { tenant, question, reply });
    await parts.answers.ask(tenant, question, new EventStream(reply.raw));
    return reply.hijack();
  });

  app.get<{ Params: { actionId: string } }>('/query/:actionId/events', async (request, reply) => {
    const tenant = authenticate(parts.keys, request, reply);
    const { actionId } = request.params;
    const lastId = request.headers['last-event-id'];
    const after = lastId === undefined ? undefined : positionIn(String(lastId), actionId);
    // Makes a browser stop reconnecting.
    if (after === END) return reply.code(204).send();
    await parts.answers.resume({ tenant, actionId, after }, new EventStream(reply.raw));
    return reply.hijack();
  });
}

/** The tenant comes from the key alone. Throws UnauthenticatedError. */
function authenticate(keys: ApiKeys, { headers }: FastifyRequest, reply: FastifyReply): Tenant {
  reply.header('www-authenticate', 'Bearer');
  const tenant = tenantOf(keys, headers.authorization);
  reply.removeHeader('www-authenticate');
  return tenant;
}

function acceptsEvents({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/event-stream') ?? false;
}

/** Returns the whole answer. A client that disconnects cancels it at once, because it has nothing to resume. */
async function askOnce(
  { client, timeoutMs }: RoutesParts,
  { tenant, question, reply }: { tenant: Tenant; question: Question; reply: FastifyReply },
): Promise<unknown> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const input = { ...tenant, data: question };
  return client.request(generateAnswer, input, { signal: gone.signal, timeoutMs });
}
