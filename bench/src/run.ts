import { loadavg } from 'node:os';
import { describeCommit } from './commit.ts';
import { figureOf, type Round } from './figures.ts';
import { describeMachine } from './machine.ts';
import { ProcessPool } from './process-pool.ts';
import type { ScenarioResult } from './result.ts';
import type { SampleContext } from './sample-context.ts';
import type { Sample, Scenario } from './scenario.ts';
import { Server } from './server.ts';

export interface RunOptions {
  readonly quick: boolean;
  readonly pairs: number;
  /** Folder for the CPU profiles of the processes; undefined for no profiles. */
  readonly profile: string | undefined;
  readonly signal: AbortSignal;
  /** Called with the current step. */
  readonly onProgress: (line: string) => void;
}

/** Result of a run. */
export interface RunResult {
  readonly scenarios: Readonly<Record<string, ScenarioResult>>;
}

/** Measures the scenarios one after the other on one Redis. Throws if a job was lost or done twice. */
export async function runScenarios(
  scenarios: readonly Scenario[],
  options: RunOptions,
): Promise<RunResult> {
  const server = await Server.start();
  const processes = new ProcessPool(options);
  // Pending commands then reject, which unwinds everything below.
  const onAbort = (): void => void processes.end();
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const results: Record<string, ScenarioResult> = {};
    const machine = describeMachine(await server.version());
    const commit = describeCommit();
    const measured = { machine, ...(commit !== undefined && { commit }) };
    for (const scenario of scenarios) {
      const context = { processes, server, ...options };
      results[scenario.name] = { ...(await measure(scenario, context, options)), ...measured };
    }
    return { scenarios: results };
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    await processes.end();
    await server.stop();
  }
}

/**
 * In a full run each round has processes of its own, because the speed of a process is partly decided when it starts;
 * a small round that does not count warms them up.
 */
async function measure(
  scenario: Scenario,
  context: SampleContext,
  { quick, pairs, onProgress }: RunOptions,
): Promise<Omit<ScenarioResult, 'machine' | 'commit'>> {
  const [loadBefore = 0] = loadavg();
  const rounds: Round[] = [];
  while (rounds.length < pairs) {
    onProgress(`${scenario.name}: round ${rounds.length + 1} of ${pairs}`);
    if (!quick) await measureRound(scenario, { ...context, quick: true }, rounds.length);
    rounds.push(await measureRound(scenario, context, rounds.length));
    if (!quick) await context.processes.end();
  }
  const metrics = Object.fromEntries(
    Object.entries(scenario.metrics).map(([name, metric]) => [
      name,
      figureOf(name, metric, rounds),
    ]),
  );
  const [metric = ''] = Object.keys(scenario.metrics);
  const { ratio, ratios = {}, ranges = {} } = metrics[metric] ?? {};
  return {
    about: scenario.about,
    measuredAt: new Date().toISOString(),
    loadBefore,
    quick,
    pairs,
    metric,
    ...(ratio !== undefined && { ratio }),
    ratios,
    ranges,
    metrics,
    rounds,
  };
}

/** Measures every side once; the order is reversed in every other round. */
async function measureRound(
  { sides }: Scenario,
  context: SampleContext,
  number: number,
): Promise<Round> {
  const names = Object.keys(sides);
  const order = number % 2 === 0 ? names : names.toReversed();
  const samples = new Map<string, Sample>();
  for (const name of order) {
    context.signal.throwIfAborted();
    samples.set(name, (await sides[name]?.(context)) ?? {});
  }
  return Object.fromEntries(names.map((name) => [name, samples.get(name) ?? {}]));
}
