import { TIERS, type TierOverrides } from '@nooble/models';
import type { Shard } from '../target/target.ts';

/** Admission limits that a producer sets; null for no limit. */
export interface AdmissionLimits {
  readonly perMinute: number | null;
  readonly perDay: number | null;
}

export const UNLIMITED: AdmissionLimits = { perMinute: null, perDay: null };

/** Returns the policies of all tiers with these limits, and queues of any depth. */
export function tiersWith(limits: AdmissionLimits): TierOverrides {
  return Object.fromEntries(TIERS.map((tier) => [tier, { ...limits, maxDepth: null }]));
}

/** Actions that a producer sends for one tenant. */
export interface Share {
  readonly tenant: string;
  /** Limits that the producer sets, one after the other. @default [UNLIMITED] */
  readonly limits?: readonly AdmissionLimits[];
  /** Number of actions under each of the limits; absent for no end. */
  readonly actions?: number;
}

/** Facts of its trial that every program receives. */
export interface ProgramContext {
  readonly redis: string;
  readonly prefix: string;
  /** Folder of the journal. */
  readonly journal: string;
  readonly seed: number;
  readonly leaseMs: number;
  /** URL of the PostgreSQL of relays and recorders. */
  readonly postgres?: string;
}

/** Options of a program, passed as JSON in its only argument. */
export interface ProgramOptions extends ProgramContext {
  readonly concurrency: number;
  /** Shares that a producer sends concurrently before it exits. Absent: it sends for several tenants without end. */
  readonly shares?: readonly Share[];
  /** Pause between two sends of a producer without end (ms). */
  readonly restMs: number;
  /** Some actions of a producer make their handler hang, block, throttle or return an invalid result. */
  readonly faultyHandlers: boolean;
  /** Duration of the actions of a producer. */
  readonly takes: 'mixed' | 'long' | 'instant';
  /** Number of actions in each round of a bulk producer, and its limits. */
  readonly bulk: { readonly actions: number; readonly limits: AdmissionLimits };
  /** Slots of the shard that goes away, for the shard requester. */
  readonly slots?: Shard['slots'];
  /** Number of settled actions after which a worker kills itself before it sends their callbacks; 0 for never. */
  readonly diesAfter: number;
  /** A worker records every claim. */
  readonly recordsClaims: boolean;
  /** Inbox of a caller that sends a number of mixed actions, with those of the processes before it. */
  readonly asks?: { readonly inbox: string; readonly count: number };
  /** The process records its memory. */
  readonly recordsMemory: boolean;
}

export function readProgramOptions(): ProgramOptions {
  return JSON.parse(process.argv[2] ?? '{}') as ProgramOptions;
}
