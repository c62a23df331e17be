import { isNoobleError } from '@nooble/errors';
import { domainOf } from '@nooble/models';
import type { QueueObserver } from '@nooble/queue';
import type { Attributes } from '@opentelemetry/api';
import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import { errorTypeOf } from '../traces/error-type.ts';
import { BoundedLabel } from './bounded-label.ts';
import type { Instruments } from './instruments.ts';
import { PerLabels } from './per-labels.ts';

/** Labels of an admission. */
interface Admission {
  readonly domain: string;
  readonly tier: string;
  readonly outcome: string;
  readonly error: string | undefined;
}

/** Maximum number of kinds of errors by which refusals are counted. */
const MOST_ERRORS = 50;

/** Returns the observer that counts admissions and replies. */
export function meteredSending(instruments: Instruments, domains: BoundedLabel): QueueObserver {
  return {
    admit: meteredAdmission(instruments, domains),
    ...meteredReplies(instruments, domains),
  };
}

function meteredAdmission(
  instruments: Instruments,
  domains: BoundedLabel,
): NonNullable<QueueObserver['admit']> {
  const operation = instruments.histogram(METRICS.operation);
  const note = admissionCounter(instruments);
  const labels = new PerLabels((domain) => Object.freeze(sendingIn(domain)));
  return async (action, admit) => {
    const startedMs = performance.now();
    const domain = domains.of(domainOf(action.actionType));
    const count = (outcome: string, error?: string): void => {
      operation.record((performance.now() - startedMs) / 1000, labels.of(domain));
      note({ domain, tier: action.tenantTier, outcome, error });
    };
    try {
      const outcome = await admit(action);
      if (isNoobleError(outcome)) count('refused', errorTypeOf(outcome));
      else count(outcome.status);
      return outcome;
    } catch (error) {
      count('refused', errorTypeOf(error));
      throw error;
    }
  };
}

type CountAdmission = (admission: Admission) => void;

/** Returns the function that counts admissions by their labels. */
function admissionCounter(instruments: Instruments): CountAdmission {
  const sent = instruments.counter(METRICS.sent);
  const errors = new BoundedLabel(MOST_ERRORS);
  const series = new PerLabels(
    (...[domain, tier, outcome, error]: readonly [string, string, string, string]) =>
      sent.series({
        ...sendingIn(domain),
        [ATTRIBUTES.tier]: tier,
        [ATTRIBUTES.outcome]: outcome,
        ...(error !== '' && { [ATTRIBUTES.error]: error }),
      }),
  );
  return ({ domain, tier, outcome, error }) =>
    series.of(domain, tier, outcome, error === undefined ? '' : errors.of(error)).add(1);
}

function meteredReplies(
  instruments: Instruments,
  domains: BoundedLabel,
): Pick<QueueObserver, 'replied' | 'dropped'> {
  const reply = instruments.histogram(METRICS.reply);
  const droppedReplies = instruments.counter(METRICS.droppedReplies);
  const outcomes = new PerLabels((domain, outcome) =>
    Object.freeze({ [ATTRIBUTES.domain]: domain, [ATTRIBUTES.outcome]: outcome }),
  );
  const reasons = new PerLabels((why) => droppedReplies.series({ [ATTRIBUTES.reason]: why }));
  return {
    replied: ({ action, status, tookMs }) =>
      reply.record(tookMs / 1000, outcomes.of(domains.of(domainOf(action.actionType)), status)),
    dropped: (why) => reasons.of(why).add(1),
  };
}

function sendingIn(domain: string): Attributes {
  return {
    [ATTRIBUTES.system]: 'nooble',
    [ATTRIBUTES.domain]: domain,
    [ATTRIBUTES.operation]: 'send',
  };
}
