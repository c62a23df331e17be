import { defineAction, defineCallback, type ActionData } from '@nooble/models';
import { z } from 'zod';

/** Domain of the workers, and domain of the callers that receive callbacks. */
export const WORK_DOMAIN = 'work';
export const CALLER_DOMAIN = 'caller';

export const work = defineAction(`${WORK_DOMAIN}.do`, {
  data: z.object({
    /** Duration of an attempt (ms). */
    takesMs: z.number(),
    /** Number of attempts that fail before one succeeds. */
    failures: z.number(),
    /** Behaviour of the handler in the first attempt; `invalid-result` applies to each attempt. */
    behaviour: z.enum(['normal', 'hang', 'block', 'throttle', 'invalid-result']),
  }),
  /** Tenant of the action, and token of the lease under which it ran. */
  result: z.object({ tenant: z.string(), token: z.number() }),
});

/** Kinds of results that no message can carry. */
export const UNSENDABLE_RESULTS = ['huge', 'circular', 'throwing', 'bigint'] as const;

/** The handler returns a result that cannot be sent. */
export const unsendable = defineAction(`${WORK_DOMAIN}.unsendable`, {
  data: z.object({ result: z.enum(UNSENDABLE_RESULTS) }),
});

export type Work = ActionData<typeof work>;

/** Maximum number of attempts of an action. */
export const ATTEMPTS = 3;

/** Callback of `work`. */
export const workCallback = defineCallback(work, CALLER_DOMAIN);

/** Domain in which turns are counted. */
export const FAIR_DOMAIN = 'fair';

export const turn = defineAction(`${FAIR_DOMAIN}.turn`, { data: z.object({}) });

/** Domain whose tenants share by time. */
export const TIMED_DOMAIN = 'timed';
export const timed = defineAction(`${TIMED_DOMAIN}.run`, { data: z.object({}) });
