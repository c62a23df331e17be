import { readOptions, rule } from '@nooble/errors';
import type { OptionRule, OptionsCheck, WireError } from '@nooble/errors';
import {
  assertActionId,
  assertTenantId,
  isoOf,
  timeOf,
  type DomainAction,
  type Tier,
} from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { batchesOf, MAX_IDS } from '../protocol/chunks.ts';
import type { CallRings } from '../protocol/call-ring.ts';
import { ask, askOnce } from '../protocol/calling.ts';
import { errorOfNote } from '../delivery/delivery.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { deadListCall, readLetters } from '../protocol/operations/dead-list.ts';
import type { LetterCursor, LetterPage, StoredLetter } from '../protocol/operations/dead-list.ts';
import { deadMoveCall } from '../protocol/operations/dead-move.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { decodedOr } from './snapshot.ts';
import type { ActionRef } from '../admission/receipt.ts';

/** An action that failed permanently. */
export interface DeadLetter extends ActionRef {
  readonly tenantId: string;
  readonly tier: Tier;
  /** ISO 8601 UTC. */
  readonly diedAt: string;
  readonly error: WireError;
  readonly failures: number;
  readonly stalls: number;
  readonly redrives: number;
  /** Absent if its envelope is malformed. */
  readonly action?: DomainAction;
  /** The envelope as it was accepted. */
  readonly envelope: string;
}

/** Particular letters, or all letters at the time of the call. */
export type LetterChoice = { readonly actionIds: readonly string[] } | { readonly all: true };

/** A page of dead letters. */
export interface LetterPageOptions {
  /** The last letter of the page before. @default none: the first page */
  readonly after?: DeadLetter;
  /** Maximum number of letters; more than 500 count as 500. @default 100 */
  readonly limit?: number;
}

const PAGE: OptionsCheck<LetterPageOptions> = {
  of: 'list',
  rules: { after: rule.object, limit: rule.whole(1) },
};

const ALL: OptionRule = { isValid: (value) => value === true, expected: 'true' };
const IDS: OptionRule = {
  isValid: (value) => Array.isArray(value),
  expected: 'a list of action ids',
};

/** Dependencies of `DeadLetters`. */
export interface DeadLettersParts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
  readonly rings: CallRings;
}

const START: LetterCursor = { diedMs: 0, actionId: '' };

/** The dead letters of one domain. They are kept for 14 days, up to 100,000 per partition. */
export class DeadLetters {
  readonly #redis: RedisPool;
  readonly #domain: string;
  readonly #partitions: Partitions;
  readonly #rings: CallRings;

  constructor({ redis, partitions, rings }: DeadLettersParts, domain: string) {
    this.#redis = redis;
    this.#domain = domain;
    this.#partitions = partitions;
    this.#rings = rings;
  }

  /**
   * Returns a page, oldest first, one partition after the other. It may be shorter than `limit` when letters are large; an
   * empty one is the end. Throws RangeError and RedisUnavailableError.
   */
  async list(page: LetterPageOptions = {}): Promise<DeadLetter[]> {
    const { after, limit = 100 } = readOptions(page, PAGE);
    if (after) assertTenantId(after.tenantId);
    const keyspaces = await this.#partitions.lookAgain(this.#domain);
    const first = after ? keyspaces.all.indexOf(keyspaces.of(after.tenantId)) : 0;
    let cursor = after ? cursorAfter(after) : START;
    for (const keyspace of keyspaces.all.slice(first)) {
      const count = Math.min(limit, MAX_IDS);
      const { letters } = await this.#page(keyspace, cursor, count);
      if (letters.length > 0) return letters.map((letter) => this.#letterOf(letter));
      cursor = START;
    }
    return [];
  }

  /** Returns letters to their queues with new attempts, without charging limits. Returns their number. Throws RangeError. */
  async redrive(which: LetterChoice): Promise<number> {
    return this.#move('redrive', which);
  }

  /** Deletes letters permanently. Returns their number. */
  async discard(which: LetterChoice): Promise<number> {
    return this.#move('discard', which);
  }

  async #move(verb: 'redrive' | 'discard', which: LetterChoice): Promise<number> {
    const { all, actionIds } = readChoice(verb, which);
    let moved = 0;
    for (const keyspace of (await this.#partitions.lookAgain(this.#domain)).all) {
      if (all) moved += await this.#moveAll(keyspace, verb);
      else {
        for (const batch of batchesOf(actionIds, () => 0)) {
          moved += await this.#moveBatch(keyspace, verb, batch);
        }
      }
    }
    return moved;
  }

  /** Moves pages up to the time of the first one, so that a letter that dies again meanwhile is not moved twice. */
  async #moveAll(keyspace: Keyspace, verb: 'redrive' | 'discard'): Promise<number> {
    let moved = 0;
    let cursor = START;
    let untilMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const { nowMs, letters } = await this.#page(keyspace, cursor, MAX_IDS);
      untilMs = Math.min(untilMs, nowMs);
      const due = letters.filter(({ diedMs }) => diedMs <= untilMs);
      const last = due.at(-1);
      if (!last) return moved;
      moved += await this.#moveBatch(
        keyspace,
        verb,
        due.map(({ actionId }) => actionId),
      );
      cursor = last;
    }
  }

  async #moveBatch(
    keyspace: Keyspace,
    verb: 'redrive' | 'discard',
    actionIds: readonly string[],
  ): Promise<number> {
    const answer = await askOnce(this.#redis, {
      ring: this.#rings.of(keyspace),
      callOf: (id) => deadMoveCall(keyspace, { id, verb, actionIds }),
      attempted: this.#attempted(verb),
    });
    return Number(answer);
  }

  async #page(keyspace: Keyspace, cursor: LetterCursor, count: number): Promise<LetterPage> {
    const call = deadListCall(keyspace, cursor, count);
    return readLetters(await ask(this.#redis, call, this.#attempted('list')));
  }

  #attempted(verb: string): string {
    return `${verb} dead letters of domain "${this.#domain}"`;
  }

  #letterOf({ actionId, diedMs, run, envelope, note }: StoredLetter): DeadLetter {
    const action = decodedOr(envelope);
    return {
      domain: this.#domain,
      actionId,
      tenantId: run.tenantId,
      tier: run.tier,
      diedAt: isoOf(diedMs),
      error: errorOfNote(actionId, note),
      failures: run.failures,
      stalls: run.stalls,
      redrives: run.redrives,
      ...(action && { action }),
      envelope,
    };
  }
}

/** Throws RangeError for a value that is no choice, and InvalidActionError for an invalid id. */
function readChoice(
  verb: string,
  which: LetterChoice,
): { all: boolean; actionIds: readonly string[] } {
  const rules = { all: ALL, actionIds: IDS };
  const { all, actionIds } = readOptions<{ all?: true; actionIds?: readonly string[] }>(which, {
    of: verb,
    rules,
  });
  if ((all === undefined) === (actionIds === undefined)) {
    throw new RangeError(
      `Cannot ${verb} dead letters: expected either \`all: true\` or \`actionIds\``,
    );
  }
  for (const id of actionIds ?? []) assertActionId(id);
  return { all: all === true, actionIds: actionIds ?? [] };
}

function cursorAfter({ diedAt, actionId }: DeadLetter): LetterCursor {
  assertActionId(actionId);
  return { diedMs: timeOf('diedAt', diedAt), actionId };
}
