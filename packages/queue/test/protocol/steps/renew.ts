import type fc from 'fast-check';
import { expect } from 'vitest';
import { pickClaim, picks } from '../picks.ts';
import { LEASE_MS } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import type { Pick } from '../picks.ts';

/** Workers renew the leases of actions that they believe to run. */
export const renew: fc.Arbitrary<ProtocolCommand> = picks.map((picked) =>
  commandOf({
    text: 'renew',
    isPossible: ({ claims }) => claims.length > 0,
    act: async (stage) => renewAll(stage, picked),
  }),
);

async function renewAll({ model, world, note }: Stage, picked: readonly Pick[]): Promise<void> {
  const claims = [...new Set(picked.flatMap((pick) => pickClaim(model, pick) ?? []))];
  const held = claims.filter((claim) => claim.action.claim === claim);
  note(`${claims.map(({ action }) => action.id).join(' ')} → ${held.length} renewed`);
  for (const claim of held) {
    claim.deadlineMs = claim.action.atMs = model.nowMs + LEASE_MS;
    model.scheduler.renew(claim.action.id, model.nowMs);
  }
  model.scheduler.writeCorrections();
  const indexes = claims.map((claim) => model.claims.indexOf(claim));
  const leases = indexes.flatMap((index) => world.claimed[index]?.lease ?? []);
  const renewed = await world.worker(0).broker.renew(leases);
  expect(renewed.map(({ actionId, deadline }) => [actionId, deadline])).toEqual(
    held.map(({ action, deadlineMs }) => [action.id, deadlineMs]),
  );
  for (const index of indexes) {
    const claimed = world.claimed[index];
    const lease = renewed.find(
      ({ token, actionId }) =>
        token === claimed?.lease.token && actionId === claimed.lease.actionId,
    );
    if (claimed && lease) world.claimed[index] = { ...claimed, lease };
  }
}
