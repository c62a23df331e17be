import { InvalidActionError, truncate } from '@nooble/errors';
import { z } from 'zod';
import type { DomainAction } from './domain-action.ts';
import { contextFromWire, contextToWire, executionContextSchema } from './execution-context.ts';
import { MAX_TYPE_LENGTH, NAME_PATTERNS } from './names.ts';
import { INBOX_NAME, QUEUE_NAME } from './queue-name.ts';
import { TIERS } from './tiers.ts';
import { issuesOf } from './validation.ts';
import { wellFormed } from './well-formed.ts';

/** Identifiers must be well-formed: UTF-8 maps all lone surrogates to the same character. */
const text = wellFormed(z.string().min(1).max(256));
const actionType = z
  .string()
  .max(MAX_TYPE_LENGTH)
  .regex(NAME_PATTERNS.actionType, 'expected "<domain>.<action>" in lower case');

/** Known fields of an envelope on the wire, snake_case. */
export const envelopeSchema = z.object({
  v: z.literal(1),
  action_id: z.string().regex(NAME_PATTERNS.actionId),
  action_type: actionType,
  task_id: text,
  tenant_id: z.string().regex(NAME_PATTERNS.tenantId),
  tenant_tier: z.enum(TIERS),
  session_id: text.optional(),
  callback_queue: z.string().regex(QUEUE_NAME, 'expected "<domain>:<tenant_id>:<tier>"').optional(),
  callback_type: actionType.optional(),
  reply_to: z.string().regex(INBOX_NAME, 'expected "inbox:<id>"').optional(),
  execution_context: executionContextSchema.optional(),
  data: z.unknown(),
  metadata: z.record(z.string(), z.unknown()),
  parent_action_id: z.string().regex(NAME_PATTERNS.actionId).optional(),
  timeout_ms: z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
  expires_at: z.iso.datetime().optional(),
  created_at: z.iso.datetime(),
});

type Envelope = z.infer<typeof envelopeSchema>;

/** Decodes wire JSON into an action; keeps unknown fields. Throws InvalidActionError. */
export function decodeAction(json: string): DomainAction {
  const raw = parseObject(json);
  return fromEnvelope(checkEnvelope(raw), raw);
}

/** Validates an envelope. Throws InvalidActionError. */
export function checkEnvelope(raw: object): Envelope {
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

/** Returns the reason if valid fields contradict each other. */
function contradictionIn(envelope: Envelope): string | undefined {
  const { callback_queue, reply_to, execution_context: context } = envelope;
  if (envelope.data === undefined)
    return 'its data is undefined, which JSON cannot represent; use null';
  if (callback_queue !== undefined && reply_to !== undefined)
    return 'callback_queue and reply_to exclude each other';
  // Otherwise a handler that trusts the context would act for a different tenant than the one that is charged.
  const foreign = (['tenant_id', 'tenant_tier'] as const).find(
    (name) => context && context[name] !== envelope[name],
  );
  return foreign && `execution_context.${foreign} differs from its ${foreign}`;
}

function parseObject(json: string): object {
  let raw: unknown;
  try {
    raw = JSON.parse(json);
  } catch {
    // No `cause`: the parser's error quotes the text, which contains data.
    throw new InvalidActionError({ reason: 'its envelope is not JSON' });
  }
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw;
  throw new InvalidActionError({ reason: 'its envelope is not a JSON object' });
}

/** Converts an action to its wire names, without validation. */
export function toEnvelope(action: DomainAction): object {
  const context = action.executionContext;
  const known = {
    v: action.v,
    action_id: action.actionId,
    action_type: action.actionType,
    task_id: action.taskId,
    tenant_id: action.tenantId,
    tenant_tier: action.tenantTier,
    session_id: action.sessionId,
    callback_queue: action.callbackQueue,
    callback_type: action.callbackType,
    reply_to: action.replyTo,
    execution_context: context && contextToWire(context),
    data: action.data,
    metadata: action.metadata,
    parent_action_id: action.parentActionId,
    timeout_ms: action.timeoutMs,
    expires_at: action.expiresAt,
    created_at: action.createdAt,
  };
  return action.extensions ? { ...action.extensions, ...known } : known;
}

function fromEnvelope(envelope: Envelope, raw: object): DomainAction {
  const { session_id, callback_queue, callback_type, reply_to } = envelope;
  const { parent_action_id, timeout_ms, expires_at } = envelope;
  // Taken from the raw envelope, because zod drops a field named `__proto__` from its copies.
  const { metadata, execution_context } = raw as Envelope;
  const extensions = unknownFields(raw);
  return {
    v: 1,
    actionId: envelope.action_id,
    actionType: envelope.action_type,
    taskId: envelope.task_id,
    tenantId: envelope.tenant_id,
    tenantTier: envelope.tenant_tier,
    ...(session_id !== undefined && { sessionId: session_id }),
    ...(callback_queue !== undefined && { callbackQueue: callback_queue }),
    ...(callback_type !== undefined && { callbackType: callback_type }),
    ...(reply_to !== undefined && { replyTo: reply_to }),
    ...(execution_context && { executionContext: contextFromWire(execution_context) }),
    data: envelope.data,
    metadata,
    ...(parent_action_id !== undefined && { parentActionId: parent_action_id }),
    ...(timeout_ms !== undefined && { timeoutMs: timeout_ms }),
    ...(expires_at !== undefined && { expiresAt: expires_at }),
    createdAt: envelope.created_at,
    ...(extensions && { extensions }),
  };
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(envelopeSchema.shape));

/** `Object.fromEntries` defines properties, so a field named `__proto__` stays a plain field. */
function unknownFields(raw: object): Record<string, unknown> | undefined {
  if (Object.keys(raw).every((name) => KNOWN_FIELDS.has(name))) return undefined;
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !KNOWN_FIELDS.has(name)));
}
