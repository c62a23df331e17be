import { defineAction, defineCallback, type ActionData } from '@nooble/models';
import { z } from 'zod';

/** Domain that works, and domain that is told. */
export const WORK_DOMAIN = 'work';
export const CALLER_DOMAIN = 'caller';

/** What the actors send each other. */
export const work = defineAction(`${WORK_DOMAIN}.do`, {
  data: z.object({
    /** How long it takes (ms). */
    takesMs: z.number(),
    /** How many attempts fail before one succeeds. */
    failures: z.number(),
    /** What the handler does wrong in its first attempt; rubbish it returns in every one. */
    mischief: z.enum(['none', 'hang', 'block', 'throttle', 'rubbish']),
  }),
  /** Whose it was, and the token of the lease under which it came about. */
  result: z.object({ tenant: z.string(), token: z.number() }),
});

/** What no message can carry. */
export const ODD_RESULTS = ['huge', 'circular', 'throwing', 'bigint'] as const;

/** Its handler returns what cannot be sent. */
export const odd = defineAction(`${WORK_DOMAIN}.odd`, {
  data: z.object({ result: z.enum(ODD_RESULTS) }),
});

export type Work = ActionData<typeof work>;

/** Attempts of an action before it is given up. */
export const ATTEMPTS = 3;

/** What the caller is told. */
export const told = defineCallback(work, CALLER_DOMAIN);

/** Domain whose turns are counted. */
export const FAIR_DOMAIN = 'fair';

export const turn = defineAction(`${FAIR_DOMAIN}.turn`, { data: z.object({}) });

/** Its tenants share by time. */
export const TIMED_DOMAIN = 'timed';
export const timed = defineAction(`${TIMED_DOMAIN}.run`, { data: z.object({}) });
