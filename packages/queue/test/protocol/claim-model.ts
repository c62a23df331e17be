import type { Claim, StoredAction } from './action.ts';
import { LEASE_MS, type ProtocolModel } from './protocol-model.ts';

/** Number of suspects that a claim examines. */
const SUSPECTS_SEEN = 10;

/** The section "Claim: who is next", after the tick. Returns claims in the order of their turns. */
export function claimNext(model: ProtocolModel, slots: number, acceptSuspect: boolean): Claim[] {
  if (model.paused !== false) return [];
  const suspect = slots > 0 && acceptSuspect ? takeSuspect(model) : undefined;
  const inTurn = model.scheduler.claim(suspect ? slots - 1 : slots, model.nowMs, () =>
    model.endExpired(),
  );
  const picked = [
    ...(suspect ? [suspect] : []),
    ...inTurn.flatMap((id) => model.actions.get(id) ?? []),
  ];
  if (suspect && model.suspects.length > 0) model.wake();
  model.forgetIdle();
  return picked.map((action) => leaseOf(model, action));
}

/** Returns the time at which something falls due: a delayed action, the end of a lease or of a hold, or a callback. */
export function nextDueMs({ actions, outbox, holds, graceMs }: ProtocolModel): number | undefined {
  const due = [...actions.values()].flatMap(({ state, atMs }) => {
    if (state === 'active') return [Math.max(atMs, graceMs)];
    return state === 'delayed' ? [atMs] : [];
  });
  const times = [...due, ...outbox.dueTimes.values(), ...holds.tenants.values()];
  return times.length > 0 ? Math.min(...times) : undefined;
}

function leaseOf(model: ProtocolModel, action: StoredAction): Claim {
  const deadlineMs = model.nowMs + LEASE_MS;
  const claim = { action, deadlineMs };
  action.state = 'active';
  action.hasRun = true;
  action.atMs = deadlineMs;
  action.claim = claim;
  model.history.claim(action, model.nowMs);
  return claim;
}

/** Returns the first suspect that may run now. Suspects before it that are held move to the end; ended ones leave. */
function takeSuspect(model: ProtocolModel): StoredAction | undefined {
  const seen = model.suspects.splice(0, SUSPECTS_SEEN);
  const passed: StoredAction[] = [];
  for (const [at, action] of seen.entries()) {
    if (!model.mayStart(action)) continue;
    if (model.scheduler.hasRoom(action.tenant)) {
      model.scheduler.runApart(action, model.nowMs);
      model.suspects = [...seen.slice(at + 1), ...model.suspects, ...passed];
      return action;
    }
    passed.push(action);
  }
  model.suspects.push(...passed);
  return undefined;
}
