import fc from 'fast-check';
import { expect } from 'vitest';
import type { Explanation } from '../../../src/inspection/explanation.ts';
import { LISTED_STATES, type ListedState } from '../../../src/protocol/operations/tenant-list.ts';
import type { StoredAction } from '../action.ts';
import type { ProtocolModel } from '../protocol-model.ts';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { tenantName } from '../tenants.ts';

const DOMAIN = 'embedding';

/** An action that was ever enqueued, and the tenant that asks; undefined for an operator. */
const pick = fc.tuple(fc.nat(20), fc.option(tenantName, { nil: undefined, freq: 2 }));

/** Explains an action. */
export const explain: fc.Arbitrary<ProtocolCommand> = pick.map(([nth, of]) =>
  commandOf({
    text: `explain${of === undefined ? '' : ` as ${of}`}`,
    isPossible: ({ known }) => known.size > 0,
    act: async ({ model, world, note }) => {
      const actionId = [...model.known][nth % model.known.size] ?? '';
      const state = model.stateOf(actionId, of) ?? 'unknown';
      note(`${actionId} → ${state}`);
      const ref = { domain: DOMAIN, actionId, ...(of !== undefined && { tenantId: of }) };
      const explanation = await world.queues.explain(ref);
      expect(explanation.state).toBe(state);
      const action = state === 'unknown' ? undefined : model.actions.get(actionId);
      if (action) expectReasons(model, action, explanation);
    },
  }),
);

function expectReasons(model: ProtocolModel, action: StoredAction, { reasons }: Explanation): void {
  const kinds = reasons.map(({ kind }) => kind);
  if (action.state === 'delayed') expect(delaysOf(action)).toContain(kinds[0]);
  if (action.state === 'active') {
    expect(kinds).toContain('running');
    expect(kinds.includes('waits')).toBe(action.waits);
  }
  if (action.state === 'dead') expect(kinds).toEqual(['dead']);
  if (action.state !== 'waiting') return;
  expect(kinds.includes('domain-paused')).toBe(model.paused !== false);
  expect(kinds.includes('suspended')).toBe(model.admission.suspended.has(action.tenant));
  expect(kinds.includes('suspect')).toBe(model.isSuspect(action));
  expect(kinds.includes('sequence')).toBe(model.sequences.isBlocked(action));
}

function delaysOf({
  failures,
  throttledSinceMs,
  unhandledSinceMs,
  isParked,
}: StoredAction): string[] {
  if (isParked) return ['parked'];
  if (unhandledSinceMs > 0) return ['unhandled'];
  if (throttledSinceMs > 0) return ['throttled'];
  return failures > 0 ? ['retry'] : ['run-at', 'rate-limit'];
}

/** Lists all actions of a tenant, state by state, and counts them. */
export const list: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(tenantName, fc.constantFrom(1, 2, 500))
  .map(([tenantId, limit]) =>
    commandOf({
      text: `list ${tenantId}, ${limit} per page`,
      act: async (stage) => {
        for (const state of LISTED_STATES) await expectListed(stage, { tenantId, state, limit });
        await expectCounted(stage, tenantId);
      },
    }),
  );

interface Listing {
  readonly tenantId: string;
  readonly state: ListedState;
  readonly limit: number;
}

async function expectListed(stage: Stage, { tenantId, state, limit }: Listing): Promise<void> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const options = { domain: DOMAIN, tenantId, state, limit, cursor };
    const page = await stage.world.queues.list(options);
    ids.push(...page.actions.map(({ actionId }) => actionId));
    ({ cursor } = page);
  } while (cursor !== undefined);
  const { sequences } = stage.model;
  const own = stage.model
    .inState(state === 'blocked' ? 'waiting' : state)
    .filter((each) => each.tenant === tenantId)
    .filter((each) => sequences.isBlocked(each) === (state === 'blocked'));
  const expected = own.map(({ id }) => id).toSorted();
  // A queue is not in the order of its times after several workers have returned actions to its head.
  if (state === 'waiting' && limit < expected.length)
    expect(expected).toEqual(expect.arrayContaining(ids));
  else expect(ids.toSorted()).toEqual(expected);
}

async function expectCounted({ model, world }: Stage, tenantId: string): Promise<void> {
  const own = (...states: StoredAction['state'][]): number =>
    model.inState(...states).filter(({ tenant }) => tenant === tenantId).length;
  const stats = await world.queues.tenantStats(DOMAIN, tenantId);
  const { waiting, blocked, delayed, active, dead } = stats;
  const ofTenant = model.inState('waiting').filter(({ tenant }) => tenant === tenantId);
  expect({ depth: waiting + blocked + delayed, blocked, active, dead }).toEqual({
    depth: own('waiting', 'delayed'),
    blocked: ofTenant.filter((each) => model.sequences.isBlocked(each)).length,
    active: own('active'),
    dead: own('dead'),
  });
}
