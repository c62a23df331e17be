import type { ScriptCall } from '@nooble/redis';
import type { Lease } from '../../broker.ts';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** A child action of a running action. */
export interface ChildRef {
  readonly domain: string;
  readonly actionId: string;
}

const { UNREGISTERED, REGISTERED, FULL, REVOKED, REFUSED } = CODES.registration;
const RESULTS = new Map([
  [UNREGISTERED, 'unregistered'],
  [REGISTERED, 'registered'],
  [FULL, 'full'],
  [REVOKED, 'revoked'],
  [REFUSED, 'refused'],
] as const);

/**
 * `unregistered`: the parent no longer runs; `full`: it has sent the maximum of child actions; `revoked`: its lease was
 * reclaimed; `refused`: it was cancelled.
 */
export type Registration = ReturnType<typeof readRegistration>;

/** Returns the call that registers up to 500 child actions of the action that holds a lease. */
export function childrenCall(
  keyspace: Keyspace,
  { actionId, token }: Pick<Lease, 'actionId' | 'token'>,
  children: readonly ChildRef[],
): ScriptCall {
  return keyspace.call('children', [actionId, token, ...children.map(textOf)]);
}

export function readRegistration(reply: unknown) {
  const code = codeAmong([...RESULTS.keys()], reply, 'children');
  return RESULTS.get(code) ?? 'unregistered';
}

function textOf({ domain, actionId }: ChildRef): string {
  return `${domain} ${actionId}`;
}

/** Reads one entry of the directory of child actions. */
export function childOf(text: string): Partial<ChildRef> {
  const [domain, actionId] = text.split(' ');
  return { ...(domain !== undefined && { domain }), ...(actionId !== undefined && { actionId }) };
}
