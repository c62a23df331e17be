import { TIERS, type Tier } from '@nooble/models';
import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import { parseHeld, parseProfile, type HeldBy, type Profile } from '../profile.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

const PAUSES = Object.values(CODES.pauses);

/** Share of a tenant among the tenants of its tier that may be served now. */
export interface TenantShare {
  readonly tier: Tier;
  /** From 0 to 1: its weight, divided by the weight of all of them. */
  readonly ofTier: number;
  readonly weight: number;
  /** Number of other tenants of the tier that may be served now. */
  readonly otherTenants: number;
}

/** Stored figures of one tenant. */
export interface TenantFigures {
  /** Number of waiting or delayed actions. */
  readonly depth: number;
  /** Number of elements in its queues: waiting actions, and cancelled ones that no claim has met yet. */
  readonly queued: number;
  /** Number of actions that wait in a sequence behind its leader. */
  readonly blocked: number;
  readonly active: number;
  readonly dead: number;
  /** Absent if it is the default one. */
  readonly profile?: Profile;
  readonly heldBy: readonly HeldBy[];
  readonly domainPaused: false | (typeof PAUSES)[number];
  /** Number of admissions in the last minute, and of those booked for later. */
  readonly minute: { readonly used: number; readonly booked: number };
  readonly dayUsed: number;
  /** Absent if it has no waiting action. */
  readonly share?: TenantShare;
}

export function tenantStatsCall(keyspace: Keyspace, tenantId: string): ScriptCall {
  return keyspace.call('tenant_stats', [tenantId]);
}

export function readTenantStats(reply: unknown): TenantFigures {
  const [depth, blocked, active, dead, profile, held, paused, ...cells] = reply as [...string[]];
  const lengths = cells.slice(0, TIERS.length).map(Number);
  const [used, booked, dayUsed, tier = '', ...share] = cells.slice(TIERS.length);
  return {
    depth: Number(depth),
    queued: lengths.reduce((sum, each) => sum + each, 0),
    blocked: Number(blocked),
    active: Number(active),
    dead: Number(dead),
    ...(profile !== undefined && profile !== '' && { profile: parseProfile(profile) }),
    heldBy: parseHeld(held ?? ''),
    domainPaused: paused === '' ? false : codeAmong(PAUSES, paused, 'tenant_stats'),
    minute: { used: Number(used), booked: Number(booked) },
    dayUsed: Number(dayUsed),
    ...(tier !== '' && { share: shareOf(tier, share) }),
  };
}

/** Returns the share from the number of a tier, the weights of the tenant and of the others, and their number. */
export function shareOf(
  tier: string,
  [own, ofOthers, others]: readonly (string | undefined)[],
): TenantShare {
  const weight = Number(own);
  return {
    tier: TIERS[Number(tier) - 1] ?? 'free',
    ofTier: weight / (weight + Number(ofOthers)),
    weight,
    otherTenants: Number(others),
  };
}
