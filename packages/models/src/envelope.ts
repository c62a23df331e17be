import { InvalidActionError } from '@nooble/errors';
import type { DomainAction, Writable } from './domain-action.ts';
import { checkEnvelope, envelopeSchema, type Envelope } from './envelope-check.ts';
import { contextFromWire, contextToWire } from './execution-context.ts';

/** Decodes wire JSON into an action; keeps unknown fields. Throws InvalidActionError. */
export function decodeAction(json: string): DomainAction {
  const raw = parseObject(json);
  return fromEnvelope(checkEnvelope(raw), raw);
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
export function toEnvelope(action: DomainAction): { data: unknown } {
  const context = action.executionContext;
  const known = {
    v: action.v,
    action_id: action.actionId,
    action_type: action.actionType,
    task_id: action.taskId,
    tenant_id: action.tenantId,
    tenant_tier: action.tenantTier,
    session_id: action.sessionId,
    sequence: action.sequence,
    callback_queue: action.callbackQueue,
    callback_type: action.callbackType,
    reply_to: action.replyTo,
    stream: action.stream,
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

/** Fields are taken from the raw envelope, because zod drops a field named `__proto__` from its copies. */
function fromEnvelope(envelope: Envelope, raw: object): DomainAction {
  const { metadata, execution_context } = raw as Envelope;
  const action: Writable<DomainAction> = {
    v: 1,
    actionId: envelope.action_id,
    actionType: envelope.action_type,
    taskId: envelope.task_id,
    tenantId: envelope.tenant_id,
    tenantTier: envelope.tenant_tier,
    data: envelope.data,
    metadata,
    createdAt: envelope.created_at,
  };
  addOptional(action, envelope);
  if (execution_context) action.executionContext = contextFromWire(execution_context);
  const extensions = unknownFields(raw);
  if (extensions) action.extensions = extensions;
  return action;
}

/** One by one: spreads of conditions would cost every action, though few have these fields. */
function addOptional(action: Writable<DomainAction>, envelope: Envelope): void {
  const { session_id, sequence, callback_queue, callback_type, reply_to, stream } = envelope;
  const { parent_action_id, timeout_ms, expires_at } = envelope;
  if (session_id !== undefined) action.sessionId = session_id;
  if (sequence !== undefined) action.sequence = sequence;
  if (callback_queue !== undefined) action.callbackQueue = callback_queue;
  if (callback_type !== undefined) action.callbackType = callback_type;
  if (reply_to !== undefined) action.replyTo = reply_to;
  if (stream !== undefined) action.stream = stream;
  if (parent_action_id !== undefined) action.parentActionId = parent_action_id;
  if (timeout_ms !== undefined) action.timeoutMs = timeout_ms;
  if (expires_at !== undefined) action.expiresAt = expires_at;
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set(Object.keys(envelopeSchema.shape));

/** `Object.fromEntries` defines properties, so a field named `__proto__` stays a plain field. */
function unknownFields(raw: object): Record<string, unknown> | undefined {
  if (Object.keys(raw).every((name) => KNOWN_FIELDS.has(name))) return undefined;
  return Object.fromEntries(Object.entries(raw).filter(([name]) => !KNOWN_FIELDS.has(name)));
}
