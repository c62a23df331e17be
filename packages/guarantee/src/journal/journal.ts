import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { MixedKind } from './mixed-kind.ts';

/** An action or observation of one process. The checks read nothing else. */
export type Entry =
  | {
      readonly event: 'sent';
      readonly id: string;
      readonly tenant: string;
      /** The expected ending. */
      readonly ends: 'done' | 'dead';
      /** Its sequence, if it has one; unique among all tenants. */
      readonly sequence?: string;
    }
  | { readonly event: 'accepted'; readonly id: string; readonly tenant: string }
  | {
      readonly event: 'refused';
      readonly id: string;
      readonly tenant: string;
      readonly code: string;
    }
  | {
      readonly event: 'started' | 'finished';
      readonly id: string;
      readonly tenant: string;
      readonly attempt: number;
      /** Token of the lease; later leases have greater tokens. */
      readonly token: number;
    }
  | { readonly event: 'settled' | 'lost' | 'dead'; readonly id: string }
  /** The attempt under this token was put off, so the next attempt has the same number. */
  | { readonly event: 'throttled'; readonly id: string; readonly token: number }
  /** The sender does not know whether the action was accepted and sends it again; it runs twice if it has ended before. */
  | { readonly event: 'resent'; readonly id: string }
  /** A caller received a callback. */
  | {
      readonly event: 'notified';
      readonly id: string;
      readonly tenant: string;
      readonly callback: string;
      readonly status: string;
      /** Tenant named by the result, if there is a result. */
      readonly of?: string;
      /** Token of the lease under which the result was produced. */
      readonly token?: number;
      /** Code of the error, if there is an error. */
      readonly code?: string;
    }
  /** An awaited result, the tenant it names, and its latency (ms). */
  | {
      readonly event: 'answered';
      readonly tenant: string;
      readonly result: string;
      readonly ms?: number;
    }
  /** An awaited call that failed, and the code of its error. */
  | { readonly event: 'unanswered'; readonly tenant: string; readonly code: string }
  | { readonly event: 'killed' | 'stopped' | 'continued'; readonly victim: number }
  /** A sender lost its connections while calls were in flight. */
  | { readonly event: 'cut' }
  /** A recorder has stored a batch; number of endings that were new. */
  | { readonly event: 'recorded'; readonly count: number }
  /** A worker made a claim; time until the reply (ms). */
  | { readonly event: 'claimed'; readonly ms: number }
  /** The writing process was not scheduled, or waited for Redis, for this time (ms). */
  | { readonly event: 'stall'; readonly ms: number }
  /** Health of a worker, written on each change. */
  | { readonly event: 'health'; readonly status: 'ok' | 'red' }
  /** Heap of a process directly after a garbage collection, in bytes. */
  | { readonly event: 'memory'; readonly role: string; readonly heap: number }
  /** An action of a tree has started, or its signal has aborted; levels count from 1. */
  | {
      readonly event: 'begun' | 'aborted';
      readonly id: string;
      readonly tree: string;
      readonly level: number;
    }
  /** A tree has to stop from `due` on (Unix ms): it is cancelled, its caller is gone, or it expires. */
  | { readonly event: 'stopping'; readonly tree: string; readonly due: number }
  /** A step or a child of a plan computes the value of a name. */
  | { readonly event: 'computed'; readonly id: string; readonly name: string }
  /** A plan received the value of a name. */
  | { readonly event: 'kept'; readonly id: string; readonly name: string; readonly value: string }
  /** A plan begins to wait for its signal, is parked, or was signalled. */
  | { readonly event: 'waits' | 'parked' | 'signalled'; readonly id: string }
  /** A worker begins to emit chunks under this token. */
  | { readonly event: 'speaks'; readonly id: string; readonly token: number }
  /** A reader sends an action and reads its stream, or follows that of another reader. */
  | { readonly event: 'requested' | 'followed'; readonly id: string }
  /** A reader has got to this position of a stream. */
  | { readonly event: 'reached'; readonly id: string; readonly position: string }
  /** A reader has read a stream to its end. */
  | {
      readonly event: 'read';
      readonly id: string;
      readonly count: number;
      readonly restarts: number;
    }
  /** A stream ended with an error for its reader. */
  | { readonly event: 'unread'; readonly id: string; readonly code: string }
  /** A reader received something that a stream must not contain. */
  | { readonly event: 'spoiled'; readonly id: string; readonly what: string }
  /** A caller with this inbox sends an action; a hasty one may expire. */
  | {
      readonly event: 'asked';
      readonly id: string;
      readonly inbox: string;
      readonly kind: MixedKind;
      readonly isHasty: boolean;
    }
  /** An action has ended for its caller: `DONE`, the code of an error, or something that must not happen. */
  | { readonly event: 'ended'; readonly id: string; readonly code: string }
  /** A handler has done what a caller asked for. */
  | { readonly event: 'ran'; readonly id: string }
  /** A fault that may cost any holder its lease; `over` when it ends. */
  | { readonly event: 'fault' | 'over'; readonly name: string };

/** An entry with its process and time. */
export type Line = Entry & {
  /** Process id. */
  readonly pid: number;
  /** Unix ms. */
  readonly at: number;
};

/** Appends to a file of this process. Each write is handed to the kernel at once, so a kill loses no entry. */
export class Journal {
  readonly #folder: string;
  /** Opened by the first entry, so that a process without entries leaves no file. */
  #file: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns true for the first call with this name in any process of the run. */
  isFirst(name: string): boolean {
    try {
      closeSync(openSync(join(this.#folder, name), 'wx'));
      return true;
    } catch {
      return false;
    }
  }

  write(entry: Entry): void {
    this.#file ??= openSync(join(this.#folder, `${process.pid}.jsonl`), 'a');
    writeSync(this.#file, `${JSON.stringify({ ...entry, pid: process.pid, at: Date.now() })}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
