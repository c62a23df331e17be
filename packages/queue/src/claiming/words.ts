import type { Lease, Word } from '../broker.ts';

/** Ends a wait of this process for words. It is no word about an action. */
export const NUDGE = 'nudge';

/** Decodes a word: `<verb> <action_id> …`. Returns undefined for one that concerns no action. */
export function wordOf(text: string): Word | undefined {
  const [verb = '', actionId, ...details] = text.split(' ');
  return actionId === undefined ? undefined : { verb, actionId, details };
}

/** Returns the word about an action whose handler waits, and for which an answer has come. */
export function answerWord({ actionId, token, tenantId }: Lease): Word {
  return { verb: 'answer', actionId, details: [token, tenantId] };
}

/** Returns the word about a cancelled action, which a renewal or a settlement learns as well. */
export function cancelWord({ actionId, token, tenantId }: Lease): Word {
  return { verb: 'cancel', actionId, details: [token, tenantId] };
}
