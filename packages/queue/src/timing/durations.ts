import { rule } from '@nooble/errors';

/** Returns true for a duration that an option accepts (ms). */
export function isDuration(ms: unknown): ms is number {
  return rule.duration.isValid(ms);
}
