import { runScript, type RedisPool } from '@nooble/redis';
import { asCallError } from '../protocol/calling.ts';
import { batchesOf, MAX_IDS } from '../protocol/chunks.ts';
import type { CallRing } from '../protocol/call-ring.ts';
import type { Keyspace } from '../protocol/keyspace.ts';
import { enqueueCall, readVerdicts } from '../protocol/operations/enqueue.ts';
import type { AdmissionItem } from '../protocol/admission.ts';
import type { Verdict } from '../protocol/operations/enqueue.ts';

/** Items per script call: enough to share its cost, few enough to keep Redis responsive. */
const BATCH_SIZE = 64;

/** An action to admit, and the callbacks for its verdict. */
export interface PendingAdmission {
  readonly item: AdmissionItem;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: Error) => void;
}

/** Dependencies of a gate. */
export interface AdmissionGateParts {
  readonly redis: RedisPool;
  readonly keyspace: Keyspace;
  readonly ring: CallRing;
  /** Called if the tenants of the keyspace have moved: none of these actions was admitted. */
  readonly onMoved: (pending: readonly PendingAdmission[]) => Promise<void>;
}

/**
 * Sends the admissions of one keyspace. Keeps no more calls in flight than Redis keeps answers for; waiting admissions are
 * sent in larger calls.
 */
export class AdmissionGate {
  readonly #parts: AdmissionGateParts;
  #pending: readonly PendingAdmission[] = [];
  #isWaiting = false;

  constructor(parts: AdmissionGateParts) {
    this.#parts = parts;
  }

  add(pending: readonly PendingAdmission[]): void {
    this.#pending = this.#pending.length === 0 ? pending : [...this.#pending, ...pending];
    this.#sendWhatFits();
  }

  #sendWhatFits(): void {
    const { ring } = this.#parts;
    let sent = 0;
    while (sent < this.#pending.length && ring.room > 0) {
      const batch = this.#batchFrom(sent);
      sent += batch.length;
      void this.#send(batch);
    }
    this.#pending = this.#pending.slice(sent);
    if (this.#pending.length === 0 || this.#isWaiting) return;
    this.#isWaiting = true;
    ring.whenRoom(() => {
      this.#isWaiting = false;
      this.#sendWhatFits();
    });
  }

  /** Distributes the remaining admissions over the calls that may still be opened. */
  #batchFrom(start: number): readonly PendingAdmission[] {
    const share = Math.ceil((this.#pending.length - start) / this.#parts.ring.room);
    const maxCount = Math.min(MAX_IDS, Math.max(BATCH_SIZE, share));
    const next = this.#pending.slice(start, start + maxCount);
    return batchesOf(next, ({ item }) => 3 * item.envelope.length)[0] ?? [];
  }

  async #send(batch: readonly PendingAdmission[]): Promise<void> {
    const { redis, keyspace, ring, onMoved } = this.#parts;
    const id = ring.open();
    try {
      const items = batch.map(({ item }) => item);
      const reply = await runScript(redis.command(), enqueueCall(keyspace, id, items));
      const verdicts = readVerdicts(reply, batch.length);
      // A batch targets one partition, so either all its items moved or none did.
      if (verdicts[0]?.kind === 'moved') await onMoved(batch);
      else verdicts.forEach((verdict, index) => batch[index]?.resolve(verdict));
    } catch (error) {
      refuse(batch, keyspace.domain, error);
    } finally {
      ring.close(id);
    }
  }
}

/** Rejects all pending admissions with the error of their call. */
export function refuse(pending: readonly PendingAdmission[], domain: string, error: unknown): void {
  for (const { item, reject } of pending) {
    reject(asCallError(error, `enqueue action "${item.actionId}" into "${domain}"`));
  }
}
