import { InvalidActionError, quoted } from '@nooble/errors';
import type { ActionDefinition } from './define-action.ts';

const FUNCTIONS = ['create', 'parseData', 'parseResult', 'parseChunk'] as const;

/** Throws InvalidActionError unless the value is a definition. */
export function assertDefinition(value: unknown): asserts value is ActionDefinition {
  if (isDefinition(value)) return;
  throw new InvalidActionError({
    reason: `${quoted(value)} is not a definition made by defineAction`,
  });
}

function isDefinition(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  try {
    const { type, domain } = value as Partial<ActionDefinition>;
    const hasNames = typeof type === 'string' && typeof domain === 'string';
    return hasNames && FUNCTIONS.every((name) => typeof Reflect.get(value, name) === 'function');
  } catch {
    // A Proxy or a getter can throw.
    return false;
  }
}
