import type { RequestInput, Commands } from '../commands.ts';
import { machineMs } from '../machine-clock.ts';
import { makeJobs, type Job } from '../payload.ts';
import type { Caller, System } from '../systems/system.ts';

/** Sends requests under a load and awaits every result. */
export async function request(
  system: System,
  { place, shape, load }: RequestInput,
): Promise<Commands['request']['answer']> {
  if (!system.openCaller) throw new Error('This system has no callers');
  const caller = await system.openCaller(place);
  const jobs = makeJobs(shape);
  try {
    // Opens the connections and the inbox before the clock starts.
    const [first, ...others] = jobs;
    if (first) await caller.request(first);
    const startedMs = machineMs();
    const times =
      'inFlight' in load
        ? await closedLoop(caller, others, load.inFlight)
        : await openLoop(caller, others, load.perSecond);
    return { startedMs, endedMs: machineMs(), ...times };
  } finally {
    await caller.close();
  }
}

async function closedLoop(caller: Caller, jobs: readonly Job[], inFlight: number) {
  const { sentMs, tookMs } = timesOf(jobs);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const started = (sentMs[index] = machineMs());
      await caller.request(jobs[index] as Job);
      tookMs[index] = machineMs() - started;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { sentMs, tookMs };
}

/** Measures each request from when it was due, so that a stall also counts for the requests it delays. */
async function openLoop(caller: Caller, jobs: readonly Job[], perSecond: number) {
  const { sentMs, tookMs } = timesOf(jobs);
  const started = performance.now();
  const answered: Promise<void>[] = [];
  while (answered.length < jobs.length) {
    const due = Math.min(jobs.length, ((performance.now() - started) * perSecond) / 1000);
    for (let index = answered.length; index < due; index += 1) {
      const dueMs = started + (index * 1000) / perSecond;
      sentMs[index] = machineMs();
      const taken = caller.request(jobs[index] as Job).then(() => {
        tookMs[index] = performance.now() - dueMs;
      });
      answered.push(taken);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(answered);
  return { sentMs, tookMs };
}

function timesOf({ length }: readonly Job[]) {
  return { sentMs: new Float64Array(length), tookMs: new Float64Array(length) };
}
