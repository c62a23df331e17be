import { isNoobleError, type WireError } from '@nooble/errors';
import { decodeAction, isoOf, type DomainAction } from '@nooble/models';
import { errorOfNote } from '../delivery/delivery.ts';
import type { Inspection } from '../protocol/operations/inspect.ts';
import type { ActionRef } from '../admission/receipt.ts';

/** Where an action stands; one that has ended is known only as long as it asked to be (`retainMs`). */
export interface ActionSnapshot extends ActionRef {
  readonly tenantId: string;
  readonly state: Inspection['state'];
  /** As it was sent; absent once it has ended. */
  readonly action?: DomainAction;
  /** ISO 8601 UTC: when a delayed one is due, the lease of an active one ends, or a dead one died. */
  readonly at?: string;
  /** Attempts that failed, and workers that died running it. */
  readonly failures: number;
  readonly stalls: number;
  /** What a done one returned. */
  readonly result?: unknown;
  /** Why a dead one died. */
  readonly error?: WireError;
}

/** An inspection in the words of the public names. */
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

/** Undefined for an envelope that does not parse: dead letters keep such, too. */
export function decodedOr(envelope: string): DomainAction | undefined {
  try {
    return decodeAction(envelope);
  } catch (error) {
    if (isNoobleError(error)) return undefined;
    throw error;
  }
}

/** Undefined for one that does not parse: nobody else must be refused for it. */
function resultOf(note: string): unknown {
  try {
    return JSON.parse(note) as unknown;
  } catch {
    return undefined;
  }
}
