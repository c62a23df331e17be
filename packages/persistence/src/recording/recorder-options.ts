import { readOptions, rule, type OptionRule, type OptionsCheck } from '@nooble/errors';
import type { DomainQueueManager } from '@nooble/queue';
import type { Recorded } from './recorded.ts';

/** Options of a recorder. */
export interface RecorderOptions {
  /** Manager of the domains. It stays open when the recorder stops. */
  readonly queues: Pick<DomainQueueManager, 'endings'>;
  /** Domains whose endings it stores; those without a history cost a look. At least one. */
  readonly domains: readonly string[];
  /** Maximum number of endings per statement, up to 500. @default 500 */
  readonly batchSize?: number;
  /** Time between two looks at a domain without endings (ms), from 10. @default 500 */
  readonly pollMs?: number;
  /** Time after which endings that a recorder received and did not remove are handed out again (ms). @default 60_000 */
  readonly patienceMs?: number;
  /** Number of days for which endings are kept. @default 90 */
  readonly retentionDays?: number;
  /** Number of days for which dead letters are kept. @default 366 */
  readonly deadLetterDays?: number;
  /** Called after each batch. @default ignored */
  readonly onRecorded?: (recorded: Recorded) => void;
  /** Called with each error; the recorder retries. @default `process.emitWarning`, once per outage */
  readonly onError?: (error: unknown) => void;
}

const DOMAINS: OptionRule = {
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((each) => typeof each === 'string'),
  expected: 'at least one domain, each once',
};

const CHECK: OptionsCheck<RecorderOptions> = {
  of: 'a recorder',
  rules: {
    queues: rule.anything,
    domains: DOMAINS,
    batchSize: rule.whole(1, 500),
    pollMs: rule.number(10, 60_000),
    patienceMs: rule.number(1_000, 3_600_000),
    retentionDays: rule.whole(1, 36_500),
    deadLetterDays: rule.whole(1, 36_500),
    onRecorded: rule.function,
    onError: rule.function,
  },
};

/** Options of a recorder, complete. */
export type Recording = Readonly<Required<RecorderOptions>>;

/** Checks and completes the options. Throws RangeError. */
export function readRecording(given: RecorderOptions): Recording {
  const options = readOptions(given, CHECK);
  if (!DOMAINS.isValid(options.domains)) readOptions({ ...options, domains: [] }, CHECK);
  return Object.freeze({
    batchSize: 500,
    pollMs: 500,
    patienceMs: 60_000,
    retentionDays: 90,
    deadLetterDays: 366,
    onRecorded: () => undefined,
    onError: warnOnce(),
    ...options,
  });
}

function warnOnce(): (error: unknown) => void {
  let last = '';
  return (error) => {
    const { message } = error as Error;
    if (message === last) return;
    last = message;
    process.emitWarning(`A recorder waits: ${message}`);
  };
}
