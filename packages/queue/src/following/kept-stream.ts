import {
  ActionCancelledError,
  DeadlineExceededError,
  toWireError,
  type WireError,
} from '@nooble/errors';
import { isoOf, type CallbackData } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import type { ActionRef } from '../admission/receipt.ts';
import { errorOfNote } from '../delivery/delivery.ts';
import { findAction, keyspacesOf } from '../inspection/stored-actions.ts';
import { ask } from '../protocol/calling.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { followCall, readPage } from '../protocol/operations/follow.ts';
import type { StreamEnd, StreamPage } from '../protocol/operations/follow.ts';
import type { Partitions } from '../protocol/partitions.ts';
import type { Position } from '../protocol/position.ts';
import { keptOutcome } from './kept-outcome.ts';
import type { StreamSource } from './stream-reader.ts';

/** Dependencies of a kept stream. */
export interface KeptStreamParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly ref: ActionRef;
  /** Inbox that receives the next chunks live. Absent if the action names it. */
  readonly inbox?: string;
}

/** The stream of an action as it is stored in its domain. */
export class KeptStream implements StreamSource {
  readonly domain: string;
  readonly actionId: string;
  readonly isAwaited: boolean;
  readonly #parts: KeptStreamParts;
  #keyspaces: Promise<readonly Keyspace[]> | undefined;

  constructor(parts: KeptStreamParts) {
    this.domain = parts.ref.domain;
    this.actionId = parts.ref.actionId;
    this.isAwaited = parts.inbox === undefined;
    this.#parts = parts;
  }

  async read(after: Position): Promise<StreamPage> {
    const { redis, partitions, ref, inbox = '' } = this.#parts;
    const { actionId, tenantId } = ref;
    const keyspaces = await (this.#keyspaces ??= keyspacesOf(partitions, ref).catch(this.#forget));
    const pages = await Promise.all(
      keyspaces.map(async (each) => {
        const call = followCall(each, { actionId, tenantId, after, inbox });
        return readPage(await ask(redis, call, `follow action "${actionId}"`));
      }),
    );
    const known = pages.find((page) => page.lives || page.end || page.batches.length > 0);
    return known ?? { lives: false, batches: [], isFull: false };
  }

  readonly #forget = (error: unknown): never => {
    this.#keyspaces = undefined;
    throw error;
  };

  async outcome({ end }: StreamPage): Promise<CallbackData | undefined> {
    if (end) return outcomeOf(this.actionId, end);
    const { ref, redis, partitions } = this.#parts;
    const snapshot = await findAction({ redis, partitions }, ref);
    const outcome = keptOutcome(snapshot);
    return outcome === 'lives' ? undefined : outcome;
  }
}

/** Undefined if the result was not stored: that of an action type without chunks. */
function outcomeOf(actionId: string, { how, note }: StreamEnd): CallbackData | undefined {
  if (how === 'done' && note === '') return undefined;
  if (how === 'done') return { status: 'done', result: JSON.parse(note) as unknown };
  return { status: how, error: errorOf(actionId, how, note) };
}

/** A note is the error that a worker settled with, the expiry that a script found (ms), or empty. */
function errorOf(
  actionId: string,
  how: Exclude<StreamEnd['how'], 'done'>,
  note: string,
): WireError {
  if (how === 'dead' || note.startsWith('{')) return errorOfNote(actionId, note);
  if (how === 'cancelled') return toWireError(new ActionCancelledError({ actionId }));
  return toWireError(new DeadlineExceededError({ actionId, expiresAt: isoOf(Number(note)) }));
}
