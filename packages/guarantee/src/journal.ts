import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a process did or saw. The checker reads nothing else. */
export type Entry =
  | {
      readonly event: 'sent';
      readonly id: string;
      readonly tenant: string;
      /** How it has to end. */
      readonly ends: 'done' | 'dead';
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
      /** Of the lease; a later one is greater. */
      readonly token: number;
    }
  | { readonly event: 'settled' | 'lost' | 'dead'; readonly id: string }
  /** The attempt under this token was put off, so that the next has the same number. */
  | { readonly event: 'throttled'; readonly id: string; readonly token: number }
  /** Its sender does not know whether it was accepted, and sends it again: where it has ended by then, it runs again. */
  | { readonly event: 'resent'; readonly id: string }
  | {
      readonly event: 'told';
      readonly id: string;
      readonly tenant: string;
      readonly callback: string;
      readonly status: string;
      /** Whose the result says it is, where there is one. */
      readonly of?: string;
      /** Of the lease under which the result came about. */
      readonly token?: number;
      /** Code of the error, where there is one. */
      readonly code?: string;
    }
  /** An awaited result, what it said, and how long it took (ms). */
  | {
      readonly event: 'answered';
      readonly tenant: string;
      readonly result: string;
      readonly ms?: number;
    }
  /** An awaited result that did not come, and the code of the error that came instead. */
  | { readonly event: 'unanswered'; readonly tenant: string; readonly code: string }
  | { readonly event: 'killed' | 'stopped' | 'continued'; readonly victim: number }
  /** A sender lost its connections, with calls in flight. */
  | { readonly event: 'cut' }
  /** A worker has looked for work; how long Redis took to reply (ms). */
  | { readonly event: 'claimed'; readonly ms: number }
  /** The process that writes had stood still, or waited for Redis, for so long. */
  | { readonly event: 'stall'; readonly ms: number }
  /** What a worker says of itself, whenever it changes. */
  | { readonly event: 'health'; readonly status: 'ok' | 'red' }
  /** What a process uses, bytes; the heap right after a collection. */
  | { readonly event: 'memory'; readonly role: string; readonly heap: number; readonly rss: number }
  /** Something that may cost a lease to whoever holds one; `over` when it ends. */
  | { readonly event: 'fault' | 'over'; readonly name: string };

/** An entry with who wrote it and when. */
export type Line = Entry & {
  /** Process id. */
  readonly pid: number;
  /** Unix ms. */
  readonly at: number;
};

/** Appends to a file of this process. A write is out of the process's hands at once, so a kill loses none. */
export class Journal {
  readonly #folder: string;
  /** Opened by the first line: a process that writes none leaves no file. */
  #file: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Whether nobody, in any process, has asked for the same thing before. */
  isFirst(what: string): boolean {
    try {
      closeSync(openSync(join(this.#folder, what), 'wx'));
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
