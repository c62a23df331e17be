import { inOrder, type StoredAction } from './action.ts';
import { LEASE_MS, type ProtocolModel } from './protocol-model.ts';

const MAX_DEAD_AGE_MS = 14 * 24 * 3_600_000;

/** Handles everything that is due; returns the callbacks that this worker has to deliver. */
export function tick(model: ProtocolModel, acknowledged: readonly string[]): string[] {
  const { nowMs, outbox } = model;
  outbox.acknowledge(acknowledged);
  const isDue = ({ atMs }: StoredAction): boolean => atMs <= nowMs;
  const late = inOrder(model.actions.values(), 'active').filter(isDue);
  for (const action of inOrder(model.actions.values(), 'delayed').filter(isDue)) {
    promote(model, action);
  }
  model.lift(model.holds.lift(nowMs));
  if (mayReclaim(model)) {
    // The newest first, so that the oldest ends up at the head of its queue.
    for (const action of late.sort((a, b) => b.since - a.since)) reclaim(model, action);
    if (late.length > 0 && model.suspects.length > 0) model.wake();
  }
  model.revoked.trim(nowMs);
  trimDead(model);
  model.forgetIdle();
  return outbox.handOut(nowMs);
}

function promote(model: ProtocolModel, action: StoredAction): void {
  const { expiresMs } = action;
  if (expiresMs > 0 && expiresMs <= model.nowMs) return model.finish(action, 'expired');
  model.arrive(action);
  if (model.isSuspect(action)) model.suspect(action);
  else model.scheduler.enqueue(action);
}

/** After an outage longer than a lease, living workers get time to renew first. */
function mayReclaim(model: ProtocolModel): boolean {
  const { nowMs, lookedMs } = model;
  const isLate = nowMs - lookedMs > LEASE_MS;
  model.lookedMs = nowMs;
  if (isLate) model.graceMs = nowMs + LEASE_MS / 3;
  return !isLate && nowMs >= model.graceMs;
}

function reclaim(model: ProtocolModel, action: StoredAction): void {
  const { maxStalls, scheduler } = model;
  if (action.claim) model.revoked.add(action.claim, model.nowMs);
  delete action.claim;
  action.stalls += 1;
  if (action.isCancelled) {
    scheduler.giveUp(action.id);
    return model.endCancelled(action);
  }
  action.state = 'waiting';
  if (action.stalls <= maxStalls && !model.isSuspect(action)) return scheduler.reclaim(action.id);
  scheduler.giveUp(action.id);
  if (action.stalls <= maxStalls) model.suspect(action);
  else {
    model.tell(action, 'dead', model.nowMs);
    model.keep(action, 'dead');
    model.bury(action);
  }
}

function trimDead(model: ProtocolModel): void {
  for (const { id, atMs } of inOrder(model.actions.values(), 'dead')) {
    if (atMs > model.nowMs - MAX_DEAD_AGE_MS) continue;
    model.actions.delete(id);
    model.deadDropped += 1;
  }
}
