import type { Flow } from './flow.ts';
import type { Stage } from './stage.ts';

/** Resolves with the flows of actions when all have ended; `onDone` is called with the number so far. */
export async function collectFlows(
  stage: Stage,
  actionIds: readonly string[],
  onDone: (done: number) => void = () => undefined,
): Promise<Flow[]> {
  const missing = new Set(actionIds);
  const flows: Flow[] = [];
  return new Promise((resolve) => {
    const take = (flow: Flow): void => {
      if (flow.outcome === 'retry' || !missing.delete(flow.actionId)) return;
      flows.push(flow);
      onDone(flows.length);
      if (missing.size > 0) return;
      stage.events.off('flow', take);
      resolve(flows);
    };
    stage.events.on('flow', take);
  });
}
