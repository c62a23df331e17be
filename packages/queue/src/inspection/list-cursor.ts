import { problemOf, type OptionRule } from '@nooble/errors';
import type { ListedState, ListPosition } from '../protocol/operations/tenant-list.ts';

const WAITING_POSITION = /^([1-5]) (\d{1,16})$/;
const INDEXED_POSITION = /^(\d{1,16}) (\d{1,9}\.\d{1,9})$/;

const CURSOR: OptionRule = {
  isValid: () => true,
  expected: 'a cursor that list returned for the same state',
};

/** Returns a cursor: opaque to callers, and of no use to forge, because a page shows only actions of its tenant. */
export function cursorOf(state: ListedState, position: ListPosition): string {
  return Buffer.from(`${state} ${position.join(' ')}`).toString('base64url');
}

/** Returns the position of a cursor. Throws RangeError for a cursor that `list` has not returned for this state. */
export function positionOf(state: ListedState, cursor: string | undefined): ListPosition {
  if (cursor === undefined) return ['', ''];
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const position = text.startsWith(`${state} `) ? text.slice(state.length + 1) : '';
  const pattern = state === 'waiting' ? WAITING_POSITION : INDEXED_POSITION;
  const [, first, second] = pattern.exec(position) ?? [];
  if (first !== undefined && second !== undefined) return [first, second];
  const problem = problemOf('cursor', cursor, CURSOR);
  throw new RangeError(problem.charAt(0).toUpperCase() + problem.slice(1));
}
