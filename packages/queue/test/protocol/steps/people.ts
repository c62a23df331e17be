import { decodeAction, type CallbackData } from '@nooble/models';
import fc from 'fast-check';
import { expect } from 'vitest';
import { worker } from '../picks.ts';
import { byAction } from '../ends.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { otherSetting, tenantName } from '../tenants.ts';
import { WorkerModel } from '../worker-model.ts';

/** Kills a worker, with everything it delivered and did not acknowledge. Its leases continue. */
export const crash: fc.Arbitrary<ProtocolCommand> = worker.map((index) =>
  commandOf({
    text: `worker ${index} is killed`,
    act: async ({ model, world }) => {
      model.workers[index] = new WorkerModel();
      world.replaceWorker(index);
      return Promise.resolve();
    },
  }),
);

/** Changes the tier or the limits of a tenant, from its next admission on. */
export const changeTenant: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(tenantName, otherSetting)
  .map(([tenant, setting]) =>
    commandOf({
      text: `${tenant} gets ${JSON.stringify(setting)}`,
      act: async ({ model, world }) => {
        model.tenants[tenant] = setting;
        world.setTenant(tenant, setting);
        return Promise.resolve();
      },
    }),
  );

/** The caller handles its callbacks: each ending is reported once. */
export const callerHandles: fc.Arbitrary<ProtocolCommand> = fc.constant(
  commandOf({ text: 'the caller handles its callbacks', act: handleCallbacks }),
);

export async function handleCallbacks({ model, world, note }: Stage): Promise<void> {
  const expected = byAction(model.caller.callbacks);
  note(`→ ${[...model.caller.callbacks.keys()].join(' ') || 'none'}`);
  model.caller.callbacks.clear();
  const { claimed } = await world.caller.claim({ slots: 500 });
  const received = claimed.map(({ envelope }) => {
    const { actionId, parentActionId, data } = decodeAction(envelope);
    return [actionId, `${parentActionId} ${(data as CallbackData).status}`] as const;
  });
  expect(byAction(received)).toEqual(expected);
  const outcome = { status: 'done' } as const;
  await world.caller.settle(claimed.map((each) => ({ claimed: each, outcome })));
}
