import { domainOf, formatQueueName, type Tier } from '@nooble/models';
import type { ActionEvent, FinishedEvent } from '@nooble/worker';

/** One action that a service ran, according to its log. */
export interface Flow {
  readonly actionId: string;
  readonly taskId: string;
  readonly type: string;
  readonly tenantId: string;
  /** Logical queue of the action. */
  readonly queue: string;
  readonly tier: Tier;
  /** Start of its attempt (Unix time, ms). */
  readonly startedMs: number;
  readonly waitedMs: number;
  readonly runningMs: number;
  readonly outcome: 'done' | 'retry' | 'dead';
}

type Line = Readonly<Record<string, unknown>>;

const STARTED = 'Action started';
const OUTCOMES: Readonly<Record<string, Flow['outcome']>> = {
  'Action done': 'done',
  'Action failed; will be retried': 'retry',
  'Action was throttled; will be retried, attempt not counted': 'retry',
  'No handler for the action type here; waiting for a worker that has one': 'retry',
  'Action is dead': 'dead',
};

/** Extracts flows from the lines of a worker's log. */
export class FlowReader {
  readonly #started = new Map<string, number>();

  /** Returns undefined unless the line reports the end of an attempt. */
  read(line: Line): Flow | undefined {
    const actionId = String(line['action_id']);
    const timeMs = Number(line['time']);
    if (line['msg'] === STARTED) this.#started.set(actionId, timeMs);
    const outcome = OUTCOMES[String(line['msg'])];
    const type = line['action_type'];
    if (!outcome || typeof type !== 'string') return undefined;
    const startedMs = this.#started.get(actionId) ?? timeMs;
    this.#started.delete(actionId);
    const tenantId = String(line['tenant_id']);
    const tier = line['tier'] as Tier;
    return {
      actionId,
      taskId: String(line['task_id']),
      type,
      tenantId,
      queue: formatQueueName({ domain: domainOf(type), tenantId, tier }),
      tier,
      startedMs,
      waitedMs: Number(line['waited_ms']),
      runningMs: Number(line['running_ms']),
      outcome,
    };
  }
}

/** Returns the log line of a worker event, for the worker of this process, which does not log. */
export function lineOf(event: ActionEvent | FinishedEvent): Line {
  const { claimed, action } = event;
  const { actionId, tenantId, tier } = claimed.lease;
  return {
    msg: 'runningMs' in event ? 'Action done' : STARTED,
    time: Date.now(),
    action_id: actionId,
    action_type: action?.actionType,
    task_id: action?.taskId,
    tenant_id: tenantId,
    tier,
    waited_ms: claimed.waitedMs,
    running_ms: 'runningMs' in event ? event.runningMs : 0,
  };
}

/** Sorts flows by start time, and those of the same millisecond by `types`. */
export function inOrderOfTime(flows: readonly Flow[], types: readonly string[] = []): Flow[] {
  return flows.toSorted(
    (a, b) => a.startedMs - b.startedMs || types.indexOf(a.type) - types.indexOf(b.type),
  );
}

/** Returns true if an action of each type has ended. */
export function haveEnded(flows: readonly Flow[], types: readonly string[]): boolean {
  return types.every((type) =>
    flows.some((flow) => flow.type === type && flow.outcome !== 'retry'),
  );
}
