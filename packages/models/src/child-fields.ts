import type { ActionInput } from './define-action.ts';
import type { DomainAction } from './domain-action.ts';

/** Fields that a child action inherits from the action being handled. */
export type ChildFields = Pick<
  ActionInput,
  'taskId' | 'sessionId' | 'tenantId' | 'tenantTier' | 'parentActionId' | 'metadata'
>;

/** Returns task, session, tenant and trace of the action, with the action as parent. Spread the result into `create`. */
export function childFields(action: DomainAction): ChildFields {
  return {
    taskId: action.taskId,
    ...(action.sessionId !== undefined && { sessionId: action.sessionId }),
    tenantId: action.tenantId,
    tenantTier: action.tenantTier,
    parentActionId: action.actionId,
    metadata: traceOf(action),
  };
}

/** Returns the W3C trace context in the metadata (https://www.w3.org/TR/trace-context/). */
export function traceOf({ metadata }: DomainAction): Readonly<Record<string, unknown>> {
  const { traceparent, tracestate } = metadata;
  return {
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
  };
}
