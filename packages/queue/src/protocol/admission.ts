/** A tenant's limits at admission; `null` is without limit. */
export interface AdmissionPolicy {
  readonly perMinute: number | null;
  readonly perDay: number | null;
  readonly maxDepth: number | null;
  readonly onLimit: 'reject' | 'delay';
  /** Share of the tenant among those of its tier. */
  readonly weight: number;
  readonly maxActive: number | null;
}

/** One action at the door, checked. */
export interface AdmissionItem {
  readonly actionId: string;
  readonly tenantId: string;
  /** 1 to 4. */
  readonly tier: number;
  /** Absent for callbacks, which are neither charged nor refused. */
  readonly policy?: AdmissionPolicy;
  /** Unix ms, or negative for that many ms from now; 0 for at once. */
  readonly runAtMs: number;
  readonly cost: number;
  /** Somebody has to be told how it ends. */
  readonly notify: boolean;
  /** Unix ms, or negative for that many ms after its admission; 0 for never. */
  readonly expiresMs: number;
  readonly retainMs: number;
  /** Hash of the idempotency key, or '-'. */
  readonly onceHash: string;
  readonly envelope: string;
}
