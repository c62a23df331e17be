/** A tenant's limits at admission; `null` means no limit. */
export interface AdmissionPolicy {
  readonly perMinute: number | null;
  readonly perDay: number | null;
  readonly maxDepth: number | null;
  readonly onLimit: 'reject' | 'delay';
  /** Share of the tenant among the tenants of its tier. */
  readonly weight: number;
  readonly maxActive: number | null;
}

/** An action to admit, validated. */
export interface AdmissionItem {
  readonly actionId: string;
  readonly tenantId: string;
  /** Priority of the tier, 1 to 4. */
  readonly tier: number;
  /** Absent for callbacks, which are neither charged nor refused. */
  readonly policy?: AdmissionPolicy;
  /** Unix time (ms), or a negative delay from now (ms); 0 to start immediately. */
  readonly runAtMs: number;
  readonly cost: number;
  /** True if a caller must be notified of the outcome. */
  readonly notify: boolean;
  /** Unix time (ms), or a negative delay from its admission (ms); 0 for never. */
  readonly expiresMs: number;
  readonly retainMs: number;
  /** Hash of the idempotency key, or '-'. */
  readonly onceHash: string;
  /** Hash of its sequence, or '-'. */
  readonly sequenceHash: string;
  readonly envelope: string;
}
