import { createHash } from 'node:crypto';
import type { AskedAction } from './pending-steps.ts';

/**
 * The id of what a step of an action sends: the same however often the step runs, and never that of another
 * tenant, whose actions may have the same ids.
 */
export function stepIdOf(
  { tenantId, actionType, actionId }: Pick<AskedAction, 'tenantId' | 'actionType' | 'actionId'>,
  step: string,
): string {
  const whole = JSON.stringify([tenantId, actionType, actionId, step]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 40);
}
