import { domainOf, formatQueueName, type Tier } from '@nooble/models';
import type { FinishedEvent } from '@nooble/worker';

/** One action that a service ran, as its log tells. */
export interface Flow {
  readonly actionId: string;
  readonly taskId: string;
  readonly type: string;
  readonly tenantId: string;
  /** Logical queue it came through. */
  readonly queue: string;
  readonly tier: Tier;
  readonly waitedMs: number;
  readonly runningMs: number;
  readonly outcome: 'done' | 'retry' | 'dead';
}

const OUTCOMES: Readonly<Record<string, Flow['outcome']>> = {
  'Action done': 'done',
  'Action failed and runs again later': 'retry',
  'Action is dead': 'dead',
};

/** Reads a line of a worker's log; undefined when it does not say how an action ended. */
export function flowOf(line: Readonly<Record<string, unknown>>): Flow | undefined {
  const outcome = OUTCOMES[String(line['msg'])];
  const type = line['action_type'];
  if (!outcome || typeof type !== 'string') return undefined;
  const tenantId = String(line['tenant_id']);
  const tier = line['tier'] as Tier;
  return {
    actionId: String(line['action_id']),
    taskId: String(line['task_id']),
    type,
    tenantId,
    queue: formatQueueName({ domain: domainOf(type), tenantId, tier }),
    tier,
    waitedMs: Number(line['waited_ms']),
    runningMs: Number(line['running_ms']),
    outcome,
  };
}

/** The same of an action that this process ran. */
export function flowOfEvent({ action, claimed, runningMs }: FinishedEvent): Flow | undefined {
  return (
    action &&
    flowOf({
      msg: 'Action done',
      action_id: action.actionId,
      action_type: action.actionType,
      task_id: action.taskId,
      tenant_id: action.tenantId,
      tier: action.tenantTier,
      waited_ms: claimed.waitedMs,
      running_ms: runningMs,
    })
  );
}
