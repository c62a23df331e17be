import { generateAnswer, type Question } from '@nooble-examples/contracts';
import { parseWith, type ActionInput } from '@nooble/models';
import type { ActionClient } from '@nooble/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Answers } from './answers.ts';
import { tenantOf, type ApiKeys, type Tenant } from './api-keys.ts';
import { END, positionIn } from './event-id.ts';
import { EventStream } from './event-stream.ts';

const SESSION = z.object({ session_id: z.string().min(1).max(256).optional() });

/** Dependencies of the routes. */
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
    const input = inputOf(tenant, request.body);
    if (!acceptsEvents(request)) return askOnce(parts, input, reply);
    await parts.answers.ask(input, new EventStream(reply.raw));
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

/** Questions of a session are answered one at a time, in their order. Throws ValidationError. */
function inputOf(tenant: Tenant, body: unknown): ActionInput<Question> {
  const data = generateAnswer.parseData(body);
  const { session_id: sessionId } = parseWith(SESSION, body, 'request body');
  return { ...tenant, data, ...(sessionId !== undefined && { sessionId, sequence: 'session' }) };
}

/** Returns the whole answer. A client that disconnects cancels it at once, because it has nothing to resume. */
async function askOnce(
  { client, timeoutMs }: RoutesParts,
  input: ActionInput<Question>,
  reply: FastifyReply,
): Promise<unknown> {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return client.request(generateAnswer, input, { signal: gone.signal, timeoutMs });
}
