import { inOrder, type StoredAction } from './action.ts';
import { LEASE_MS, type ProtocolModel } from './protocol-model.ts';

const MAX_DEAD_AGE_MS = 14 * 24 * 3_600_000;

/** Handles everything that is due; returns the callbacks that this worker has to deliver. */
export function tick(model: ProtocolModel, acknowledged: readonly string[]): string[] {
  const { nowMs, outbox } = model;
  outbox.acknowledge(acknowledged);
  const isDue = ({ atMs }: StoredAction): boolean => atMs <= nowMs;
  const late = inOrder(model.actions.values(), 'active').filter(isDue);
  const ripe = inOrder(model.actions.values(), 'delayed').filter(isDue);
  for (const action of [...ripe, ...late]) model.sequences.note(action);
  for (const action of ripe) promote(model, action);
  model.lift(model.holds.lift(nowMs));
  if (mayReclaim(model)) {
    const frees = late.some(({ waits }) => !waits);
    // The newest first, so that the oldest ends up at the head of its queue.
    for (const action of late.sort((a, b) => b.since - a.since)) reclaim(model, action);
    if (frees && model.suspects.length > 0) model.wake();
  }
  model.endStep();
  model.revoked.trim(nowMs);
  trimDead(model);
  model.forgetIdle();
  return outbox.handOut(nowMs);
}

function promote(model: ProtocolModel, action: StoredAction): void {
  const { expiresMs } = action;
  if (expiresMs > 0 && expiresMs <= model.nowMs) return model.finish(action, 'expired');
  model.arrive(action);
  const place = action.isParked ? 'head' : 'tail';
  action.isParked = false;
  if (action.sequence !== undefined && !model.sequences.has(action)) model.enterLater(action);
  else if (model.isSuspect(action)) model.suspect(action);
  else model.scheduler.enqueue(action, place);
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
  model.reclaimed += 1;
  if (action.claim) model.revoked.add(action.claim, model.nowMs);
  // A handler that only waits has not caused the death of its worker.
  if (!action.waits) action.stalls += 1;
  model.endLease(action);
  if (action.isCancelled) {
    scheduler.giveUp(action.id);
    return model.endCancelled(action);
  }
  action.state = 'waiting';
  if (action.stalls <= maxStalls) model.history.note(action, model.nowMs);
  if (action.stalls <= maxStalls && !model.isSuspect(action)) return scheduler.reclaim(action.id);
  scheduler.giveUp(action.id);
  if (action.stalls <= maxStalls) model.suspect(action);
  else {
    model.tell(action, 'dead', model.nowMs);
    model.keep(action, 'dead');
    model.history.end(action, 'dead', { nowMs: model.nowMs, settled: false, ran: true });
    model.bury(action);
  }
}

function trimDead(model: ProtocolModel): void {
  for (const action of inOrder(model.actions.values(), 'dead')) {
    if (action.atMs > model.nowMs - MAX_DEAD_AGE_MS) continue;
    model.remove(action);
    model.deadDropped += 1;
  }
}
