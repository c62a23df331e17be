import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '../measures/percentile.ts';
import { putToWork } from '../measures/working.ts';
import { MILLISECONDS, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import { clearedPlace, sized, smallJobs, type Stage } from '../stage.ts';
import type { SystemName } from '../systems/system.ts';

/** Pause between two wake-ups, in which the worker becomes idle again (ms). */
const CALM_MS = 20;

export const idle: Scenario = {
  name: 'idle',
  about: 'commands a second that an idle worker sends; from a send until its job begins',
  metrics: {
    commands: { unit: '/s', better: 'lower' },
    wake_p50: MILLISECONDS,
    wake_p99: MILLISECONDS,
  },
  sides: sidesOf(['nooble', 'bullmq'], measure),
};

async function measure(stage: Stage, system: SystemName): Promise<Sample> {
  const place = await clearedPlace(stage, system);
  const workforce = await putToWork(stage, system, { place, concurrency: 50 });
  // Skips the commands that a worker sends when it starts.
  await wait(500, undefined, { signal: stage.signal });
  const commands = await idleCommands(stage, sized(stage, 10, 2.5));
  const producer = stage.crew.producer(system);
  const count = sized(stage, 60, 15);
  const sentMs: number[] = [];
  for (let first = 0; first < count; first += 1) {
    await wait(CALM_MS, undefined, { signal: stage.signal });
    const how = { mode: 'single', inFlight: 1, tellsCaller: false } as const;
    const shape = { ...smallJobs(1), first };
    sentMs.push((await producer.ask('send', { place, shape, ...how })).startedMs);
  }
  const { beganMs } = await workforce.finish(count);
  const wakeMs = sentMs.map((sent, n) => (beganMs[0]?.[n] ?? Number.NaN) - sent);
  return { commands, wake_p50: percentile(wakeMs, 0.5), wake_p99: percentile(wakeMs, 0.99) };
}

/** Counts all commands: blocking reads, scripts and heartbeats. */
async function idleCommands({ server, signal }: Stage, seconds: number): Promise<number> {
  const stopCounting = await server.countCommands();
  await wait(seconds * 1000, undefined, { signal });
  return (await stopCounting()) / seconds;
}
