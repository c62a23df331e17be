import { defineAction, TIERS, type Tier } from '@nooble/models';
import { z } from 'zod';
import type { MixedKind } from '../journal/mixed-kind.ts';

/** Takes some time and fails a number of times. */
export const ask = defineAction('mixed-ask.run', {
  data: z.object({
    takesMs: z.number(),
    /** Number of attempts that fail before one succeeds. */
    failures: z.number(),
  }),
  result: z.object({ of: z.string() }),
});

/** Streams numbered chunks, each with the token of the lease under which it was emitted. */
export const tell = defineAction('mixed-tell.run', {
  data: z.object({ chunks: z.number() }),
  chunk: z.tuple([z.number(), z.number()]),
  result: z.object({ token: z.number(), chunks: z.number() }),
});

/** Keeps a step and calls two parts side by side. */
export const compose = defineAction('mixed-compose.run', {
  data: z.null(),
  result: z.object({ of: z.string(), step: z.string(), parts: z.array(z.string()) }),
});

/** Called by `compose`, under this name in its journal. */
export const piece = defineAction('mixed-piece.run', {
  data: z.object({ of: z.string(), name: z.string() }),
  result: z.string(),
});

export const MIXED_DOMAINS = [ask, tell, compose, piece].map(({ domain }) => domain);

/** Kinds of actions that a caller sends, as often as they are listed. */
export const MIXED_KINDS: readonly MixedKind[] = [
  ...Array<MixedKind>(6).fill('request'),
  ...Array<MixedKind>(5).fill('stream'),
  ...Array<MixedKind>(3).fill('call'),
  ...Array<MixedKind>(3).fill('sequence'),
  ...Array<MixedKind>(3).fill('cancel'),
];

/** Number of attempts of an action. */
export const MIXED_ATTEMPTS = 3;

const TENANTS = 20;

/** Returns a tenant with its tier. */
export function mixedTenant(number: number): { tenantId: string; tenantTier: Tier } {
  const index = number % TENANTS;
  return { tenantId: `tenant-${index}`, tenantTier: TIERS[index % TIERS.length] ?? 'free' };
}
