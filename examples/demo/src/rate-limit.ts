import { generateEmbeddings } from '@nooble-examples/contracts';
import { RateLimitError } from '@nooble/errors';
import { DEFAULT_TIER_POLICIES } from '@nooble/models';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { NEWCOMER } from './tenants.ts';

/** A free tenant sends one action more than its per-minute limit. */
export async function showRateLimit(stage: Stage, screen: Screen): Promise<void> {
  const limit = DEFAULT_TIER_POLICIES.free.perMinute ?? 0;
  screen.heading(`A free tenant may send ${limit} actions per minute; this one sends ${limit + 1}`);
  const texts = Array.from({ length: limit + 1 }, () => ({ texts: ['hello'] }));
  const outcomes = await stage.queues.tenant(NEWCOMER).enqueueMany(generateEmbeddings, texts);
  const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
  screen.line(`  ${accepted} accepted`);
  for (const outcome of outcomes) {
    if (outcome.status !== 'rejected') continue;
    const { error } = outcome;
    const retry = error instanceof RateLimitError ? `, retry after ${error.retryAfterMs} ms` : '';
    screen.line(`  1 refused: ${error.code} (HTTP ${error.httpStatus})${retry}`);
    screen.faint(`  ${error.message}`);
  }
}
