import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineAction } from './define-action.ts';
import type { DomainAction } from './domain-action.ts';
import { encodeAction, reviseAction, sealAction } from './encode-action.ts';
import { decodeAction } from './envelope.ts';

const any = defineAction('hello.any', { data: z.any() });
const fields = { tenantId: 'acme', tenantTier: 'free', data: 1 } as const;

setFlagsFromString('--allow-natives-syntax');
const haveOneClass = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (
  a: object,
  b: object,
) => boolean;

/** Without this, each action leaves a hidden class in the old generation, and a sender spends half its time collecting. */
it.each<[string, () => DomainAction]>([
  ['created', () => any.create(fields)],
  ['created with more fields', () => any.create({ ...fields, sessionId: 's', timeoutMs: 5 })],
  ['sealed', () => sealAction({ ...any.create(fields) })],
  ['revised', () => reviseAction(any.create(fields), { parentActionId: 'p', taskId: 't' })],
  ['decoded', () => decodeAction(encodeAction(any.create(fields)))],
])('actions that are %s share a hidden class', (_how, make) => {
  for (let warm = 0; warm < 100; warm += 1) make();
  expect(haveOneClass(make(), make())).toBe(true);
});
