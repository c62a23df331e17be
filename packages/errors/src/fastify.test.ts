import fastify from 'fastify';
import { expect, test } from 'vitest';
import { handleErrors, setupErrorHandling } from './fastify.ts';
import { RateLimitError, ValidationError } from './index.ts';

function appWith(thrown: unknown) {
  const app = fastify();
  setupErrorHandling(app);
  app.get('/', () => {
    throw thrown;
  });
  app.post('/', () => 'ok');
  return app;
}

test('a reached limit responds with 429 and Retry-After in whole seconds', async () => {
  const error = new RateLimitError({
    tenantId: 'acme',
    domain: 'query',
    limit: 10,
    window: 'minute',
    retryAfterMs: 1200,
    resetAt: '2026-01-01T00:00:00.000Z',
  });
  const response = await appWith(error).inject('/');
  expect(response.statusCode).toBe(429);
  expect(response.headers).toMatchObject({
    'retry-after': '2',
    'content-type': expect.stringContaining('application/problem+json'),
  });
});

test('a foreign error responds with 500 and reveals no internals', async () => {
  const response = await appWith(new Error('password is hunter2')).inject('/');
  expect(response.statusCode).toBe(500);
  expect(response.body).not.toContain('hunter2');
});

test('an unparseable body responds with 400', async () => {
  const response = await appWith(undefined).inject({
    method: 'POST',
    url: '/',
    headers: { 'content-type': 'application/json' },
    payload: '{',
  });
  expect(response.statusCode).toBe(400);
  expect(response.json()).toMatchObject({ code: 'VALIDATION' });
});

test('a request without a route responds with 404 as problem details', async () => {
  const response = await appWith(undefined).inject({ method: 'PUT', url: '/nowhere?token=x' });
  expect(response.statusCode).toBe(404);
  expect(response.headers['content-type']).toContain('application/problem+json');
  expect(response.json()).toEqual({
    type: 'about:blank',
    title: 'Not Found',
    status: 404,
    detail: 'There is no PUT route at this path.',
    code: 'NOT_FOUND',
    instance: '/nowhere',
  });
});

test('a wrapped handler responds with problem details in an app without error handling', async () => {
  const app = fastify();
  app.get(
    '/ok',
    handleErrors(async () => ({ ok: true })),
  );
  app.get(
    '/',
    handleErrors(async () => {
      throw new ValidationError({
        what: 'question',
        issues: [{ path: 'text', message: 'is empty' }],
      });
    }),
  );
  expect((await app.inject('/ok')).json()).toEqual({ ok: true });
  expect((await app.inject('/')).json()).toMatchObject({
    status: 400,
    detail: 'Invalid question: text: is empty',
  });
});
