import { toLogFields } from '@nooble/errors';
import { pino, type Logger } from 'pino';
import type { DomainAction } from '@nooble/models';
import type { ActionEvent, WorkerEventMap, WorkerEvents } from './events.ts';

/** The `logger` option: a pino logger to write to, or `false` to write nothing. */
export type LoggerOption = Logger | false;

/**
 * Returns the logger of a worker and its handlers; by default JSON lines on stdout, from level `info`. It writes `err` and
 * `error` without what clients attach to their errors, such as requests with their data and credentials.
 */
export function resolveLogger(option: LoggerOption | undefined, domain: string): Logger {
  if (option === false) return pino({ enabled: false });
  const logger = option ?? pino({ name: `${domain}-worker` });
  return logger.child({}, { serializers: { err: toLogFields, error: withoutAttachments } });
}

/** The `error` of a failed action is already in wire form. */
function withoutAttachments(error: unknown): unknown {
  return error instanceof Error ? toLogFields(error) : error;
}

/** Returns the logger of one attempt, with the fields of its action in every line. */
export function actionLogger(logger: Logger, action: DomainAction, attempt: number): Logger {
  return logger.child({ ...actionFields(action), attempt });
}

/**
 * Writes a log line for each event of a worker, without data and results. Checks the level before it builds the fields of
 * frequent lines, which would cost time per action.
 */
export function logEvents(events: WorkerEvents, logger: Logger): void {
  events.on('consuming', ({ domain }) => logger.info({ domain }, 'Consuming'));
  events.on('started', (event) => {
    if (logger.isLevelEnabled('debug')) logger.debug(fieldsOf(event), 'Action started');
  });
  events.on('done', (event) => {
    if (!logger.isLevelEnabled('debug')) return;
    logger.debug({ ...fieldsOf(event), running_ms: event.runningMs }, 'Action done');
  });
  events.on('retry', (event) => logger.warn(laterFields(event), 'Action failed; will be retried'));
  events.on('throttled', (event) =>
    logger.info(laterFields(event), 'Action was throttled; will be retried, attempt not counted'),
  );
  events.on('unhandled', (event) =>
    logger.warn(
      laterFields(event),
      'No handler for the action type here; waiting for a worker that has one',
    ),
  );
  events.on('parked', (event) => {
    if (!logger.isLevelEnabled('debug')) return;
    logger.debug({ ...fieldsOf(event), running_ms: event.runningMs }, 'Action is parked');
  });
  events.on('dead', ({ error, runningMs, ...event }) =>
    logger.error({ ...fieldsOf(event), running_ms: runningMs, error }, 'Action is dead'),
  );
  events.on('cancelled', (event) =>
    logger.info({ ...fieldsOf(event), running_ms: event.runningMs }, 'Action was cancelled'),
  );
  logTrouble(events, logger);
}

function logTrouble(events: WorkerEvents, logger: Logger): void {
  events.on('expired', ({ error, runningMs, ...event }) =>
    logger.warn(
      { ...fieldsOf(event), running_ms: runningMs, error },
      'Action expired while it ran; its handler was aborted',
    ),
  );
  events.on('overdue', (event) =>
    logger.error(
      { ...fieldsOf(event), running_ms: event.runningMs },
      'Handler ignored its abort signal and still occupies a slot',
    ),
  );
  events.on('lost', (event) =>
    logger.warn(fieldsOf(event), 'Lease lost to another worker; outcome dropped'),
  );
  events.on('released', ({ claimed }) =>
    logger.info({ action_id: claimed.lease.actionId }, 'Action returned to its queue unfinished'),
  );
  events.on('missed', ({ slot, reason, next }) =>
    logger.warn({ ...slot, reason, next }, 'Slots of a schedule were missed and are not sent'),
  );
  events.on('error', ({ attempted, error }) => logger.error({ err: error }, `Cannot ${attempted}`));
  events.on('stopping', ({ running }) => logger.info({ running }, 'Stopping'));
  events.on('stopped', ({ released }) => logger.info({ released }, 'Stopped'));
}

function laterFields({ error, delayMs, runningMs, ...event }: WorkerEventMap['retry'][0]) {
  return { ...fieldsOf(event), running_ms: runningMs, delay_ms: delayMs, error };
}

function fieldsOf({ claimed, action, attempt }: ActionEvent): Record<string, unknown> {
  const { actionId, tenantId, tier } = claimed.lease;
  const known = action ? actionFields(action) : { action_id: actionId, tenant_id: tenantId, tier };
  return { ...known, attempt, waited_ms: claimed.waitedMs };
}

function actionFields(action: DomainAction): Record<string, unknown> {
  return {
    action_id: action.actionId,
    action_type: action.actionType,
    tenant_id: action.tenantId,
    tier: action.tenantTier,
    task_id: action.taskId,
    ...(action.sessionId === undefined ? {} : { session_id: action.sessionId }),
  };
}
