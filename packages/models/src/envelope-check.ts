import { InvalidActionError, truncate } from '@nooble/errors';
import { z } from 'zod';
import { executionContextSchema } from './execution-context.ts';
import { isActionId, isActionType, isTenantId, MAX_TYPE_LENGTH, NAME_PATTERNS } from './names.ts';
import { isJournalName, JOURNAL_NAME } from './journal-name.ts';
import { INBOX_NAME, isInboxName, isQueueName, QUEUE_NAME } from './queue-name.ts';
import { lacksSession } from './sequence.ts';
import { isTier, TIERS } from './tiers.ts';
import { issuesOf } from './validation.ts';
import { wellFormed } from './well-formed.ts';

const MAX_TEXT_LENGTH = 256;
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Identifiers must be well-formed: UTF-8 maps all lone surrogates to the same character. */
const text = wellFormed(z.string().min(1).max(MAX_TEXT_LENGTH));
const actionType = z
  .string()
  .max(MAX_TYPE_LENGTH)
  .regex(NAME_PATTERNS.actionType, 'expected "<domain>.<action>" in lower case');

const REPLY_TO = new RegExp(`${INBOX_NAME.source}|${JOURNAL_NAME.source}`);

/** Known fields of an envelope on the wire, snake_case. */
export const envelopeSchema = z.object({
  v: z.literal(1),
  action_id: z.string().regex(NAME_PATTERNS.actionId),
  action_type: actionType,
  task_id: text,
  tenant_id: z.string().regex(NAME_PATTERNS.tenantId),
  tenant_tier: z.enum(TIERS),
  session_id: text.optional(),
  sequence: text.optional(),
  callback_queue: z.string().regex(QUEUE_NAME, 'expected "<domain>:<tenant_id>:<tier>"').optional(),
  callback_type: actionType.optional(),
  reply_to: z.string().regex(REPLY_TO, 'expected "inbox:<id>"').optional(),
  stream: z.boolean().optional(),
  execution_context: executionContextSchema.optional(),
  data: z.unknown(),
  metadata: z.record(z.string(), z.unknown()),
  parent_action_id: z.string().regex(NAME_PATTERNS.actionId).optional(),
  timeout_ms: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
  expires_at: z.iso.datetime().optional(),
  created_at: z.iso.datetime(),
});

export type Envelope = z.infer<typeof envelopeSchema>;
type Unchecked = { readonly [Name in keyof Envelope]?: unknown };

/**
 * Validates an envelope whose fields are plain values, as after JSON.parse. Returns the envelope, or a copy with its known
 * fields. Throws InvalidActionError.
 */
export function checkEnvelope(raw: object): Envelope {
  return isUsual(raw) ? raw : checkBySchema(raw);
}

/** Validates any envelope, and words the error. Throws InvalidActionError. */
export function checkBySchema(raw: object): Envelope {
  const parsed = envelopeSchema.safeParse(raw);
  if (!parsed.success) {
    const { action_id: id } = raw as Partial<Envelope>;
    const actionId = typeof id === 'string' ? truncate(id, 128) : undefined;
    const reason = issuesOf(parsed.error)
      .map(({ path, message }) => `${path || 'envelope'}: ${message}`)
      .join('; ');
    throw new InvalidActionError({ reason, ...(actionId !== undefined && { actionId }) });
  }
  const reason = contradictionIn(parsed.data);
  if (reason === undefined) return parsed.data;
  throw new InvalidActionError({ reason, actionId: parsed.data.action_id });
}

/**
 * Accepts most valid envelopes without creating an object, and none that `checkBySchema` refuses. False means unknown.
 */
export function isUsual(raw: Unchecked): raw is Envelope {
  if (raw.execution_context !== undefined || raw.data === undefined) return false;
  if (raw.callback_queue !== undefined && raw.reply_to !== undefined) return false;
  if (raw.sequence !== undefined && lacksSession(raw)) return false;
  return hasUsualNames(raw) && hasUsualTerms(raw) && hasUsualReturn(raw);
}

function hasUsualNames(raw: Unchecked): boolean {
  return (
    raw.v === 1 &&
    isActionId(raw.action_id) &&
    isActionType(raw.action_type) &&
    isText(raw.task_id) &&
    isTenantId(raw.tenant_id) &&
    isTier(raw.tenant_tier) &&
    (raw.session_id === undefined || isText(raw.session_id)) &&
    (raw.sequence === undefined || isText(raw.sequence)) &&
    (raw.parent_action_id === undefined || isActionId(raw.parent_action_id))
  );
}

function hasUsualTerms(raw: Unchecked): boolean {
  return (
    isUtcTime(raw.created_at) &&
    isRecord(raw.metadata) &&
    (raw.timeout_ms === undefined || isTimeout(raw.timeout_ms)) &&
    (raw.expires_at === undefined || isUtcTime(raw.expires_at))
  );
}

function hasUsualReturn(raw: Unchecked): boolean {
  return (
    (raw.callback_queue === undefined || isQueueName(raw.callback_queue)) &&
    (raw.callback_type === undefined || isActionType(raw.callback_type)) &&
    (raw.reply_to === undefined || isInboxName(raw.reply_to) || isJournalName(raw.reply_to)) &&
    (raw.stream === undefined || typeof raw.stream === 'boolean')
  );
}

function isText(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.length >= 1 && value.length <= MAX_TEXT_LENGTH && value.isWellFormed();
}

/** The pattern of `z.iso.datetime()`. */
const UTC_TIME = z.regexes.datetime({});

function isUtcTime(value: unknown): boolean {
  return typeof value === 'string' && UTC_TIME.test(value);
}

function isTimeout(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_TIMEOUT_MS;
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** Returns the reason if valid fields contradict each other. */
function contradictionIn(envelope: Envelope): string | undefined {
  const { callback_queue, reply_to, execution_context: context } = envelope;
  if (envelope.data === undefined)
    return 'its data is undefined, which JSON cannot represent; use null';
  if (callback_queue !== undefined && reply_to !== undefined)
    return 'callback_queue and reply_to exclude each other';
  if (lacksSession(envelope)) return 'its sequence is "session", and it has no session_id';
  // Otherwise a handler that trusts the context would act for a different tenant than the one that is charged.
  const foreign = (['tenant_id', 'tenant_tier'] as const).find(
    (name) => context && context[name] !== envelope[name],
  );
  return foreign && `execution_context.${foreign} differs from its ${foreign}`;
}
