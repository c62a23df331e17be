export { callbackTypeOf, defineCallback, type CallbackData } from './callback.ts';
export { childFields, traceOf, type ChildFields } from './child-fields.ts';
export { assertDefinition } from './definition-check.ts';
export {
  defineAction,
  type ActionChunk,
  type ActionData,
  type ActionDefinition,
  type ActionInput,
  type ActionResult,
  type ActionSchemas,
} from './define-action.ts';
export type { DomainAction } from './domain-action.ts';
export { encodeAction, reviseAction, sealAction } from './encode-action.ts';
export { decodeAction } from './envelope.ts';
export {
  createAgentContext,
  createCollectionContext,
  createWorkflowContext,
  CONTEXT_TYPES,
  type ContextInput,
  type ContextType,
  type ExecutionContext,
} from './execution-context.ts';
export { newId } from './ids.ts';
export { isoOf, timeOf } from './iso-time.ts';
export { domainActionJsonSchema } from './json-schema.ts';
export {
  formatJournalName,
  isJournalName,
  parseJournalName,
  type JournalName,
} from './journal-name.ts';
export {
  assertActionId,
  assertActionType,
  assertDomain,
  assertStepName,
  assertTenantId,
  domainOf,
  isActionId,
  isActionType,
  isDomain,
  isStepName,
  isTenantId,
} from './names.ts';
export {
  formatInboxName,
  formatQueueName,
  isInboxName,
  isQueueName,
  parseInboxName,
  parseQueueName,
  type QueueName,
} from './queue-name.ts';
export { parseWith, type ValueSchema } from './validation.ts';
export {
  DEFAULT_TIER_POLICIES,
  POLICY_RULES,
  resolveTierPolicies,
  type TierOverrides,
  type TierPolicy,
} from './tier-policies.ts';
export { SESSION_SEQUENCE } from './sequence.ts';
export { isTier, tierPriority, TIERS, type Tier } from './tiers.ts';
