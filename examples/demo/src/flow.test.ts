import { expect, it } from 'vitest';
import { FlowReader, inOrderOfTime, type Flow } from './flow.ts';

const fields = {
  action_id: 'a1',
  action_type: 'embedding.generate',
  task_id: 't1',
  tenant_id: 'acme',
  tier: 'free',
};

const flow = (type: string, startedMs: number) => ({ type, startedMs }) as Flow;

it('reads the course of an action from log lines', () => {
  const reader = new FlowReader();
  expect(reader.read({ ...fields, msg: 'Action started', time: 5 })).toBeUndefined();
  expect(reader.read({ msg: 'Consuming' })).toBeUndefined();
  const done = { ...fields, msg: 'Action done', time: 9, waited_ms: 1, running_ms: 2 };
  expect(reader.read(done)).toEqual({
    actionId: 'a1',
    taskId: 't1',
    type: 'embedding.generate',
    tenantId: 'acme',
    queue: 'embedding:acme:free',
    tier: 'free',
    startedMs: 5,
    waitedMs: 1,
    runningMs: 2,
    outcome: 'done',
  });
});

it('sorts flows by time, and by type within a millisecond', () => {
  const flows = [flow('c', 2), flow('b', 1), flow('a', 1)];
  expect(inOrderOfTime(flows, ['a', 'b']).map(({ type }) => type)).toEqual(['a', 'b', 'c']);
});
