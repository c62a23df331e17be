import { isNoobleError } from '@nooble/errors';
import { domainOf, type DomainAction } from '@nooble/models';
import type { QueueObserver } from '@nooble/queue';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import { errorTypeOf } from '../traces/error-type.ts';
import type { BoundedLabel } from './bounded-label.ts';
import type { Instruments } from './instruments.ts';

/** Returns the observer that counts admissions and replies. */
export function meteredSending(instruments: Instruments, domains: BoundedLabel): QueueObserver {
  const sent = instruments.counter(METRICS.sent);
  const operation = instruments.histogram(METRICS.operation);
  const reply = instruments.histogram(METRICS.reply);
  const dropped = instruments.counter(METRICS.droppedReplies);
  const labelsOf = ({ actionType }: DomainAction): Attributes => ({
    [ATTRIBUTES.system]: 'nooble',
    [ATTRIBUTES.domain]: domains.of(domainOf(actionType)),
    [ATTRIBUTES.operation]: 'send',
  });
  return {
    admit: async (action, admit) => {
      const startedMs = performance.now();
      const labels = labelsOf(action);
      const count = (outcome: Attributes): void => {
        operation.record((performance.now() - startedMs) / 1000, labels);
        sent.add(1, { ...labels, [ATTRIBUTES.tier]: action.tenantTier, ...outcome });
      };
      const refused = (error: unknown): void =>
        count({ [ATTRIBUTES.outcome]: 'refused', [ATTRIBUTES.error]: errorTypeOf(error) });
      try {
        const outcome = await admit(action);
        if (isNoobleError(outcome)) refused(outcome);
        else count({ [ATTRIBUTES.outcome]: outcome.status });
        return outcome;
      } catch (error) {
        refused(error);
        throw error;
      }
    },
    replied: ({ action, status, tookMs }) => {
      const domain = domains.of(domainOf(action.actionType));
      reply.record(tookMs / 1000, { [ATTRIBUTES.domain]: domain, [ATTRIBUTES.outcome]: status });
    },
    dropped: (why) => dropped.add(1, { [ATTRIBUTES.reason]: why }),
  };
}
