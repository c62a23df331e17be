import { readOptions, rule, type OptionRule, type OptionsCheck } from '@nooble/errors';
import { assertDomain, type DomainAction } from '@nooble/models';
import type { DomainQueueManager } from '@nooble/queue';
import type { BaseWorker } from '@nooble/worker';
import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { ObservedOutbox } from './metrics/outbox.ts';
import type { ObservedRecorder } from './metrics/recorder.ts';
import type { Relation } from './traces/processing.ts';

/** Domains whose metrics a process may read from Redis. */
export interface ReportOptions {
  /** @default the domain of the worker */
  readonly domains?: readonly string[];
  /** Interval (ms). @default 10_000 */
  readonly everyMs?: number;
}

/** Options of `observe`. */
export interface ObserveOptions {
  /** Manager that sends actions. Its clients are observed as well. @default that of the worker */
  readonly queues?: DomainQueueManager;
  readonly worker?: BaseWorker;
  /** A recorder of `@nooble/persistence`. */
  readonly recorder?: ObservedRecorder;
  /** An outbox of `@nooble/persistence`. Name it where its relay runs: it is read from PostgreSQL every `report.everyMs`. */
  readonly outbox?: ObservedOutbox;
  /** `top` is the number of tenants shown by their ids, per metric. @default { top: 20 } */
  readonly tenants?: { readonly top?: number };
  /**
   * Relation of an attempt to the span that sent the action, also as a function of the action: `link` keeps a fan-out from making
   * one endless trace. @default 'parent'
   */
  readonly relation?: Relation | ((action: DomainAction) => Relation);
  /**
   * Domains whose metrics are read from Redis, by one of all processes that name them; `false` in a process that shall never
   * read, if another one does. @default the domain of the worker, every 10 s
   */
  readonly report?: false | ReportOptions;
  /** @default the global one */
  readonly tracerProvider?: TracerProvider;
  /** @default the global one */
  readonly meterProvider?: MeterProvider;
}

/** The resolved options of `observe`. */
export interface ResolvedObserveOptions {
  readonly managers: readonly DomainQueueManager[];
  readonly worker: BaseWorker | undefined;
  readonly recorder: ObservedRecorder | undefined;
  readonly outbox: ObservedOutbox | undefined;
  readonly top: number;
  readonly relationOf: (action: DomainAction) => Relation;
  readonly domains: readonly string[];
  readonly everyMs: number;
  readonly tracerProvider: TracerProvider;
  readonly meterProvider: MeterProvider;
}

const RELATIONS: readonly unknown[] = ['parent', 'link'];

function having(...functions: readonly string[]): OptionRule {
  const isValid = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    functions.every((name) => typeof Reflect.get(value, name) === 'function');
  return { isValid, expected: `an object with the functions ${functions.join(', ')}` };
}

const CHECK: OptionsCheck<ObserveOptions> = {
  of: 'observe',
  rules: {
    queues: rule.anything,
    worker: rule.anything,
    recorder: having('health'),
    outbox: having('health', 'stats'),
    tenants: rule.anything,
    relation: {
      isValid: (value) => typeof value === 'function' || RELATIONS.includes(value),
      expected: '"parent", "link", or a function that returns one',
    },
    report: rule.anything,
    tracerProvider: rule.anything,
    meterProvider: rule.anything,
  },
};

const NOTHING =
  'Cannot observe nothing: expected queues, a worker, a recorder or an outbox in the options';

const TENANTS: OptionsCheck<NonNullable<ObserveOptions['tenants']>> = {
  of: 'tenants',
  rules: { top: rule.whole(0, 100) },
};

const REPORT: OptionsCheck<ReportOptions> = {
  of: 'report',
  rules: { domains: rule.anything, everyMs: rule.whole(100) },
};

/** Checks and completes the options. Throws RangeError, and InvalidActionError for a domain. */
export function resolveObserveOptions(given: ObserveOptions): ResolvedObserveOptions {
  const options = readOptions(given, CHECK);
  const { queues, worker, recorder, outbox, relation = 'parent' } = options;
  if (!queues && !worker && !recorder && !outbox) throw new RangeError(NOTHING);
  const { top = 20 } = readOptions(options.tenants ?? {}, TENANTS);
  return Object.freeze({
    ...reportOf(options),
    managers: managersOf(options),
    worker,
    recorder,
    outbox,
    top,
    relationOf: typeof relation === 'function' ? relation : () => relation,
    tracerProvider: options.tracerProvider ?? trace.getTracerProvider(),
    meterProvider: options.meterProvider ?? metrics.getMeterProvider(),
  });
}

function reportOf({
  worker,
  report = {},
}: ObserveOptions): Pick<ResolvedObserveOptions, 'domains' | 'everyMs'> {
  const given = report === false ? { domains: [] } : report;
  const own = worker ? [worker.domain] : [];
  const { domains = own, everyMs = 10_000 } = readOptions(given, REPORT);
  for (const domain of domains) assertDomain(domain);
  return { domains, everyMs };
}

/** A manager may be that of the worker. */
function managersOf({ worker, queues }: ObserveOptions): DomainQueueManager[] {
  const all = [worker?.queues, queues].filter((each) => each !== undefined);
  return [...new Map(all.map((each) => [each.observers, each])).values()];
}
