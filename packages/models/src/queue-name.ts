import { InvalidActionError, quoted } from '@nooble/errors';
import { bare, NAME_PATTERNS } from './names.ts';
import { TIERS, type Tier } from './tiers.ts';

/** The parts of a logical queue name. */
export interface QueueName {
  readonly domain: string;
  readonly tenantId: string;
  readonly tier: Tier;
}

/** `<domain>:<tenant_id>:<tier>`. */
export const QUEUE_NAME = new RegExp(
  `^${bare(NAME_PATTERNS.domain)}:${bare(NAME_PATTERNS.tenantId)}:(?:${TIERS.join('|')})$`,
);

/** `inbox:<id>`. */
export const INBOX_NAME = new RegExp(`^inbox:${bare(NAME_PATTERNS.actionId)}$`);

const INBOX_FORM = 'an inbox, "inbox:<id>"';

/** Formats a queue name such as `embedding:tenant123:professional`. Throws InvalidActionError for invalid parts. */
export function formatQueueName({ domain, tenantId, tier }: QueueName): string {
  const parts: readonly unknown[] = [domain, tenantId, tier];
  const name = parts.every((part) => typeof part === 'string') ? parts.join(':') : parts;
  assertQueueName(name);
  return name;
}

/** Splits a queue name such as `embedding:tenant123:professional`. Throws InvalidActionError. */
export function parseQueueName(name: string): QueueName {
  assertQueueName(name);
  const [domain = '', tenantId = '', tier = ''] = name.split(':');
  return { domain, tenantId, tier: tier as Tier };
}

/** Returns true for a valid logical queue name. */
export function isQueueName(value: unknown): value is string {
  return typeof value === 'string' && QUEUE_NAME.test(value);
}

/** Formats `inbox:<id>`, the destination of replies to awaited requests. Throws InvalidActionError. */
export function formatInboxName(inboxId: string): string {
  const name: unknown = typeof inboxId === 'string' ? `inbox:${inboxId}` : inboxId;
  if (!isInboxName(name)) refuse(name, INBOX_FORM);
  return name;
}

/** Returns the id in `inbox:<id>`. Throws InvalidActionError. */
export function parseInboxName(name: string): string {
  if (!isInboxName(name)) refuse(name, INBOX_FORM);
  return name.slice('inbox:'.length);
}

/** Returns true for a valid inbox name. */
export function isInboxName(value: unknown): value is string {
  return typeof value === 'string' && INBOX_NAME.test(value);
}

function assertQueueName(name: unknown): asserts name is string {
  if (!isQueueName(name)) refuse(name, 'a queue, "<domain>:<tenant_id>:<tier>"');
}

function refuse(name: unknown, expected: string): never {
  throw new InvalidActionError({
    reason: `${quoted(name, 300)} does not name ${expected}`,
  });
}
