import type { ScenarioResult } from './result.ts';
import type { Target, TargetResult } from './target.ts';

const TARGETS: readonly Target[] = [
  { scenario: 'enqueue', to: 'bullmq', atLeast: 2.5 },
  { scenario: 'enqueue', to: 'bee-queue', atLeast: 1 },
  { scenario: 'enqueue_1', to: 'bullmq', atLeast: 1 },
  { scenario: 'process_c1', to: 'bullmq', atLeast: 1.7 },
  { scenario: 'process_c1_no_prefetch', to: 'bullmq', atLeast: 1 },
  { scenario: 'process_c50', to: 'bullmq', atLeast: 3 },
  { scenario: 'process_c200', to: 'bullmq', atLeast: 3.5 },
  { scenario: 'lifecycle', to: 'bullmq', atLeast: 3 },
  { scenario: 'observed', to: 'metrics', atMost: 1.03 },
  { scenario: 'observed', to: 'traces', atMost: 1.1 },
  { scenario: 'roundtrip', metric: 'p50', to: 'bullmq', atMost: 0.7 },
  { scenario: 'roundtrip', metric: 'same_p99', to: 'bullmq', atMost: 0.6 },
  { scenario: 'roundtrip', metric: 'many_p50', to: 'bullmq', atMost: 0.4 },
  { scenario: 'send_to_start', to: 'bullmq', atMost: 0.8 },
  { scenario: 'stream', metric: 'per_redis_core', atLeast: 100_000 },
  { scenario: 'stream', metric: 'first_far', atMost: 1.2 },
  { scenario: 'cancel', metric: 'p99', atMost: 100 },
  { scenario: 'tenants_1k', to: 'bullmq', atLeast: 2.5 },
  { scenario: 'tenants_100k', to: 'tenants_1k', atLeast: 0.9 },
  { scenario: 'groups_20k', to: 'groupmq', atLeast: 7 },
  { scenario: 'memory', to: 'bullmq', atMost: 0.64 },
  { scenario: 'idle', atMost: 1 },
  { scenario: 'rediscpu', atMost: 15 },
];

/** Compares results with the targets. */
export function judge(scenarios: Readonly<Record<string, ScenarioResult>>): TargetResult[] {
  return TARGETS.map((target) => {
    const value = valueOf(target, scenarios[target.scenario]);
    if (value === undefined) return target;
    const { atLeast = -Infinity, atMost = Infinity } = target;
    return { ...target, value, met: value >= atLeast && value <= atMost };
  });
}

function valueOf({ metric, to }: Target, result: ScenarioResult | undefined): number | undefined {
  const figure = result?.metrics[metric ?? result.metric];
  if (to === undefined) return figure?.values['nooble']?.median;
  return to === 'bullmq' ? figure?.ratio : figure?.ratios[to];
}
