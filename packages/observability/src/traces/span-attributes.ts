import { domainOf, type DomainAction } from '@nooble/models';
import type { Attributes, Span } from '@opentelemetry/api';
import { ATTRIBUTES } from '../metric-facts.ts';

/**
 * Returns what a sampler may decide by. All else is set by `describe` on spans that are recorded, because most are not.
 */
export function samplingAttributes(
  { actionType, tenantTier }: DomainAction,
  operation: 'send' | 'process',
): Attributes {
  return {
    [ATTRIBUTES.operation]: operation,
    [ATTRIBUTES.domain]: domainOf(actionType),
    [ATTRIBUTES.actionType]: actionType,
    [ATTRIBUTES.tier]: tenantTier,
  };
}

/**
 * Sets the other attributes of a span about an action, by the conventions for messaging
 * (https://opentelemetry.io/docs/specs/semconv/messaging/). Data and results are never among them.
 */
export function describe(span: Span, action: DomainAction, operation: 'send' | 'process'): void {
  span.setAttributes({
    [ATTRIBUTES.system]: 'nooble',
    'messaging.operation.type': operation,
    'messaging.message.id': action.actionId,
    'messaging.message.conversation_id': action.taskId,
    [ATTRIBUTES.tenant]: action.tenantId,
  });
}
