import { createHash } from 'node:crypto';
import type { AskedAction } from './pending-steps.ts';

/**
 * Returns the id of the action that a step sends. It is the same each time the step runs, and differs between tenants even
 * if their actions have the same ids.
 */
export function stepIdOf(
  { tenantId, actionType, actionId }: Pick<AskedAction, 'tenantId' | 'actionType' | 'actionId'>,
  step: string,
): string {
  const whole = JSON.stringify([tenantId, actionType, actionId, step]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 40);
}
