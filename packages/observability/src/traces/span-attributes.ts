import { domainOf, type DomainAction } from '@nooble/models';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTES } from '../metric-facts.ts';

/**
 * Returns the attributes of a span about an action, by the conventions for messaging
 * (https://opentelemetry.io/docs/specs/semconv/messaging/). Data and results are never among them.
 */
export function spanAttributes(action: DomainAction, operation: 'send' | 'process'): Attributes {
  return {
    [ATTRIBUTES.system]: 'nooble',
    [ATTRIBUTES.operation]: operation,
    'messaging.operation.type': operation,
    [ATTRIBUTES.domain]: domainOf(action.actionType),
    'messaging.message.id': action.actionId,
    'messaging.message.conversation_id': action.taskId,
    [ATTRIBUTES.actionType]: action.actionType,
    [ATTRIBUTES.tier]: action.tenantTier,
    [ATTRIBUTES.tenant]: action.tenantId,
  };
}
