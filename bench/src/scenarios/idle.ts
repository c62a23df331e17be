import { setTimeout as wait } from 'node:timers/promises';
import { percentile } from '../measures/percentile.ts';
import { startWorkers } from '../measures/working.ts';
import { clearedPlace, sized, smallJobs, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { SystemName } from '../systems/system.ts';

/** Pause between two wake-ups, in which the worker becomes idle again (ms). */
const PAUSE_MS = 20;

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

async function measure(context: SampleContext, system: SystemName): Promise<Sample> {
  const place = await clearedPlace(context, system);
  const workers = await startWorkers(context, system, { place, concurrency: 50 });
  // Skips the commands that a worker sends when it starts.
  await wait(500, undefined, { signal: context.signal });
  const commands = await idleCommands(context, sized(context, 10, 2.5));
  const producer = context.processes.producer(system);
  const count = sized(context, 60, 15);
  const sentMs: number[] = [];
  for (let first = 0; first < count; first += 1) {
    await wait(PAUSE_MS, undefined, { signal: context.signal });
    const how = { mode: 'single', inFlight: 1, sendsCallback: false } as const;
    const shape = { ...smallJobs(1), first };
    sentMs.push((await producer.ask('send', { place, shape, ...how })).startedMs);
  }
  const { beganMs } = await workers.finish(count);
  const wakeMs = sentMs.map((sent, n) => (beganMs[0]?.[n] ?? Number.NaN) - sent);
  return { commands, wake_p50: percentile(wakeMs, 0.5), wake_p99: percentile(wakeMs, 0.99) };
}

/** Counts all commands: blocking reads, scripts and heartbeats. */
async function idleCommands({ server, signal }: SampleContext, seconds: number): Promise<number> {
  const stopCounting = await server.countCommands();
  await wait(seconds * 1000, undefined, { signal });
  return (await stopCounting()) / seconds;
}
