import { createHash } from 'node:crypto';

/** Maximum length of an id that still leaves room for the id of its own callback. */
const MAX_LENGTH = 108;

/**
 * Returns the id of the child that a name stands for: `<action_id>.<name>`, the same whenever the handler runs. In a deep
 * recursion, where that would be too long, a hash replaces the id of the action.
 */
export function childIdOf(actionId: string, name: string): string {
  const id = `${actionId}.${name}`;
  if (id.length <= MAX_LENGTH) return id;
  const hash = createHash('sha256').update(actionId).digest('hex').slice(0, 32);
  return `${hash}.${name}`;
}
