import type { ScriptCall } from '@nooble/redis';
import { parseRun, parseStored, type RunFacts } from '../header.ts';
import type { Keyspace } from '../keyspace.ts';

/** A stored dead letter. */
export interface StoredLetter {
  readonly actionId: string;
  /** Unix time (ms). */
  readonly diedMs: number;
  readonly run: RunFacts;
  readonly envelope: string;
  /** JSON of its error, or `stalled <n>`. */
  readonly note: string;
}

/** A page of letters begins after this one. */
export interface LetterCursor {
  readonly diedMs: number;
  readonly actionId: string;
}

/** A page of letters, oldest first, with the server's time. */
export interface LetterPage {
  readonly nowMs: number;
  readonly letters: readonly StoredLetter[];
}

export function deadListCall(
  keyspace: Keyspace,
  { diedMs, actionId }: LetterCursor,
  count: number,
): ScriptCall {
  return keyspace.call('dead_list', [diedMs, actionId, count]);
}

export function readLetters(reply: unknown): LetterPage {
  const [now, ...cells] = reply as string[];
  const letters: StoredLetter[] = [];
  for (let at = 0; at < cells.length; at += 5) {
    const [actionId = '', died, run = '', stored = '', note = ''] = cells.slice(at, at + 5);
    const { envelope } = parseStored(stored);
    letters.push({ actionId, diedMs: Number(died), run: parseRun(run), envelope, note });
  }
  return { nowMs: Number(now), letters };
}
