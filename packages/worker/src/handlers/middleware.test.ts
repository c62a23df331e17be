import type { DomainAction } from '@nooble/models';
import { expect, it } from 'vitest';
import type { ActionContext } from './context.ts';
import { compose, type Middleware } from './middleware.ts';

const action = {} as DomainAction;
const ctx = {} as ActionContext;
const double: Middleware = async (_action, _ctx, next) => ((await next()) as number) * 2;
const refuse = async (): Promise<never> => Promise.reject(new Error('not reached'));
const twice: Middleware = async (_action, _ctx, next) => [await next(), await next()];

it('runs the first middleware outermost and the handler innermost', async () => {
  const seen: string[] = [];
  const named =
    (name: string): Middleware =>
    async (_action, _ctx, next) => {
      seen.push(`${name} in`);
      const result = await next();
      seen.push(`${name} out`);
      return result;
    };
  const run = compose([named('a'), named('b')], async () => seen.push('handler'));
  await run(action, ctx);
  expect(seen).toEqual(['a in', 'b in', 'handler', 'b out', 'a out']);
});

it('lets a middleware change the result or answer without the handler', async () => {
  expect(await compose([double], async () => 21)(action, ctx)).toBe(42);
  expect(await compose([async () => 'cached'], refuse)(action, ctx)).toBe('cached');
});

it('rejects when next() is called twice', async () => {
  await expect(compose([twice], async () => 1)(action, ctx)).rejects.toThrow(
    'next() was called twice',
  );
});
