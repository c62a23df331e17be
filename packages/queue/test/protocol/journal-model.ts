import type { Claim, StoredAction } from './action.ts';
import type { ProtocolModel } from './protocol-model.ts';

/** A journal in the model. */
export interface StoredJournal {
  /** The action that it belongs to. Another one with the same id must not see it. */
  readonly owner: StoredAction;
  /** The meaning of each name, and as `=<name>` its value. */
  readonly fields: Map<string, string>;
  /** Time at which it expires; undefined once its action has it in its record. */
  untilMs?: number;
}

/** An answer to a name, of an action of one tenant, or of any. */
export interface ModelAnswer {
  readonly id: string;
  readonly of?: string | undefined;
  readonly name: string;
  readonly text: string;
}

const EARLY_MS = 7 * 86_400_000;

/** Returns what the holder of a lease reads; undefined if it has lost the lease. */
export function recall(model: ProtocolModel, claim: Claim): Record<string, string> | undefined {
  const { action } = claim;
  if (action.claim !== claim) return undefined;
  if (journalOf(model, action.id)) adopt(model, action);
  return Object.fromEntries(journalOf(model, action.id)?.fields ?? []);
}

/** Writes what is new. With awaited names the handler gives up its slot, unless one of them is answered. */
export function record(
  model: ProtocolModel,
  claim: Claim,
  { fields, awaited }: { fields: Readonly<Record<string, string>>; awaited: readonly string[] },
): 'written' | 'waiting' | 'answered' | 'lost' {
  const { action } = claim;
  if (action.claim !== claim) return 'lost';
  adopt(model, action);
  const isAnswered = awaited.some((name) => journalOf(model, action.id)?.fields.has(`=${name}`));
  for (const [field, text] of Object.entries(fields)) write(model, action, { field, text });
  if (isAnswered) return 'answered';
  if (awaited.length === 0) return 'written';
  if (!action.waits) suspend(model, action);
  return 'waiting';
}

function suspend(model: ProtocolModel, action: StoredAction): void {
  action.waits = true;
  model.scheduler.suspend(action.id, model.nowMs);
  model.scheduler.writeCorrections();
  if (model.suspects.length > 0) model.wake();
}

/** Gives the handler its slot, unless its tenant is at its cap: then it runs again in its turn. */
export function resume(
  model: ProtocolModel,
  claim: Claim,
  names: readonly string[],
): { status: 'resumed' | 'requeued'; answers: Map<string, string> } | undefined {
  const { action } = claim;
  if (action.claim !== claim) return undefined;
  const { fields } = journalOf(model, action.id) ?? {};
  const answers = names.flatMap((name) => {
    const text = action.hasJournal ? fields?.get(`=${name}`) : undefined;
    return text === undefined ? [] : [[name, text] as const];
  });
  if (action.waits && !action.isCancelled && model.scheduler.isAtCap(action.tenant)) {
    requeue(model, action);
    return { status: 'requeued', answers: new Map() };
  }
  if (action.waits) model.scheduler.resume(action.id, model.nowMs);
  Object.assign(action, { waits: false, isAnswered: false });
  return { status: 'resumed', answers: new Map(answers) };
}

function requeue(model: ProtocolModel, action: StoredAction): void {
  delete action.claim;
  Object.assign(action, { state: 'waiting', waits: false, isAnswered: false });
  if (!model.isSuspect(action)) return model.scheduler.reclaim(action.id);
  model.scheduler.giveUp(action.id);
  model.suspect(action);
}

/** The name has an answer, or the text is a signal and the name stands for no wait. */
function isTaken({ fields }: StoredJournal, name: string, text: string): boolean {
  const meaning = fields.get(name) ?? 'wait';
  const isSignal = text.startsWith('{"status":"signal"');
  return fields.has(`=${name}`) || (isSignal && !meaning.startsWith('wait'));
}

/** The first answer to a name counts. A parked action becomes due. */
export function answer(
  model: ProtocolModel,
  { id, of, name, text }: ModelAnswer,
): 'stored' | 'before' | 'unknown' {
  const action = model.actions.get(id);
  if (!action || (of ?? action.tenant) !== action.tenant) return 'unknown';
  const known = journalOf(model, id);
  if (known?.owner === action && isTaken(known, name, text)) return 'before';
  if (action.hasRun) adopt(model, action);
  write(model, action, { field: `=${name}`, text });
  const journal = journalOf(model, id);
  if (!action.hasRun && journal) journal.untilMs = model.nowMs + EARLY_MS;
  action.isAnswered = action.waits;
  if (action.isParked) {
    action.atMs = Math.min(action.atMs, model.nowMs);
    model.wake();
  }
  return 'stored';
}

/** Its record now says that it has a journal. One of an earlier action with its id is dropped. */
function adopt(model: ProtocolModel, action: StoredAction): void {
  action.hasJournal = true;
  const journal = journalOf(model, action.id);
  if (journal && journal.owner !== action) model.journals.delete(action.id);
  else delete journal?.untilMs;
}

function write(
  model: ProtocolModel,
  action: StoredAction,
  { field, text }: { field: string; text: string },
): void {
  const known = journalOf(model, action.id);
  const journal = known?.owner === action ? known : { owner: action, fields: new Map() };
  model.journals.set(action.id, journal);
  if (!journal.fields.has(field)) journal.fields.set(field, text);
}

/** Returns the stored journal under an id, unless it has expired. */
export function journalOf({ journals, nowMs }: ProtocolModel, id: string) {
  const journal = journals.get(id);
  return (journal?.untilMs ?? Infinity) > nowMs ? journal : undefined;
}
