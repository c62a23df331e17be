import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { ValidationError } from './action-errors.ts';
import { toLogFields } from './log-fields.ts';
import { isNoobleError } from './nooble-error.ts';
import { toProblemDetails, type ProblemDetails } from './problem-details.ts';

/**
 * Makes a Fastify app respond with problem details (RFC 9457) to errors and to requests without a route, with
 * `Retry-After` if the error has a retry time. Throws if the app already has a not-found handler.
 */
export function setupErrorHandling(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => send(reply, noRoute(request)));
}

/** Does the same for a single handler, in an app that keeps its own error handler. */
export function handleErrors(handler: RouteHandlerMethod): RouteHandlerMethod {
  return async function handled(request, reply) {
    try {
      return await handler.call(this, request, reply);
    } catch (error) {
      return sendProblem(error, request, reply);
    }
  };
}

function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const error = fromFastify(thrown);
  const problem = toProblemDetails(error, { instance: pathOf(request) });
  if (problem.status >= 500) logOf(request).error({ err: thrown }, 'Request failed');
  const retryAfterMs = isNoobleError(error) ? error.details['retryAfterMs'] : undefined;
  if (typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs))
    reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  return send(reply, problem);
}

/** Drops the query, which may contain a token. */
function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

/** The default serializer of pino logs everything that was attached to an error. */
function logOf({ log }: FastifyRequest): FastifyRequest['log'] {
  return log.child({}, { serializers: { err: toLogFields } });
}

function noRoute(request: FastifyRequest): ProblemDetails {
  const detail = `There is no ${request.method} route at this path.`;
  return {
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail,
    code: 'NOT_FOUND',
    instance: pathOf(request),
  };
}

function send(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Fastify's own 4xx errors (an unparseable body, a schema mismatch) keep their message. */
function fromFastify(error: unknown): unknown {
  if (isNoobleError(error) || !(error instanceof Error)) return error;
  const status = (error as { statusCode?: unknown }).statusCode;
  if (typeof status !== 'number' || status < 400 || status >= 500) return error;
  return new ValidationError({
    what: 'request',
    issues: [{ path: '', message: error.message }],
    cause: error,
  });
}
