import { isNoobleError, type WireError } from '@nooble/errors';
import { decodeAction, isoOf, type DomainAction } from '@nooble/models';
import { errorOfNote } from '../delivery/delivery.ts';
import type { Inspection } from '../protocol/operations/inspect.ts';
import type { ActionRef } from '../admission/receipt.ts';

/** State of an action. An ended action is known only for the time that `retainMs` asked for. */
export interface ActionSnapshot extends ActionRef {
  readonly tenantId: string;
  readonly state: Inspection['state'];
  /** The action as it was sent; absent once it has ended. */
  readonly action?: DomainAction;
  /** Time at which a delayed action is due, the lease of an active one ends, or a dead one died (ISO 8601 UTC). */
  readonly at?: string;
  /** Number of failed attempts, and of workers that died while running it. */
  readonly failures: number;
  readonly stalls: number;
  /** Result of a done action. */
  readonly result?: unknown;
  /** Error of a dead action. */
  readonly error?: WireError;
}

/** Converts an inspection to its public form. */
export function snapshotOf(ref: ActionRef, inspection: Inspection): ActionSnapshot {
  const { state, tenantId, atMs, run, envelope, note } = inspection;
  const action = envelope === undefined ? undefined : decodedOr(envelope);
  return {
    domain: ref.domain,
    actionId: ref.actionId,
    tenantId,
    state,
    ...(action && { action }),
    ...(atMs !== undefined && { at: isoOf(atMs) }),
    failures: run?.failures ?? 0,
    stalls: run?.stalls ?? 0,
    ...(state === 'done' && { result: resultOf(note) }),
    ...(state === 'dead' && { error: errorOfNote(ref.actionId, note) }),
  };
}

/** Returns undefined for a malformed envelope, which dead letters may contain. */
export function decodedOr(envelope: string): DomainAction | undefined {
  try {
    return decodeAction(envelope);
  } catch (error) {
    if (isNoobleError(error)) return undefined;
    throw error;
  }
}

/** Returns undefined for a malformed result, so that it fails no other action. */
function resultOf(note: string): unknown {
  try {
    return JSON.parse(note) as unknown;
  } catch {
    return undefined;
  }
}
