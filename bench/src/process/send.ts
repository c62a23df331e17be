import type { SendInput, Span } from '../commands.ts';
import { machineMs } from '../machine-clock.ts';
import { makeJobs, type Job } from '../payload.ts';
import type { Place, Producer, System } from '../systems/system.ts';

/** Sends the jobs of a shape. The clock starts after the jobs are created and the connection is open. */
export async function send(system: System, input: SendInput): Promise<Span> {
  const { place, shape, mode, inFlight, sendsCallback } = input;
  const producer = await system.openProducer(place, { sendsCallback });
  try {
    const calls = callsOf(producer, { jobs: makeJobs(shape), mode, bulkSize: system.bulkSize });
    const startedMs = machineMs();
    await sendAll(calls, inFlight);
    return { startedMs, endedMs: machineMs() };
  } finally {
    await producer.close();
  }
}

/** Returns the number of jobs of the place that are not done, as counted by the system itself. */
export async function pending(system: System, place: Place): Promise<number> {
  const producer = await system.openProducer(place, { sendsCallback: false });
  try {
    return await producer.pending();
  } finally {
    await producer.close();
  }
}

/** Prepared calls, so that little of the measured time is spent in the bench itself. */
interface Calls {
  readonly count: number;
  readonly send: (index: number) => Promise<unknown>;
}

function callsOf(
  producer: Producer,
  { jobs, mode, bulkSize }: { jobs: Job[]; mode: 'single' | 'bulk'; bulkSize: number },
): Calls {
  if (mode === 'single') {
    return { count: jobs.length, send: (index) => producer.send(jobs[index] as Job) };
  }
  const count = Math.ceil(jobs.length / bulkSize);
  const parts = Array.from({ length: count }, (_, index) =>
    jobs.slice(index * bulkSize, (index + 1) * bulkSize),
  );
  return { count, send: (index) => producer.sendAll(parts[index] ?? []) };
}

async function sendAll({ count, send }: Calls, inFlight: number): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await send(index);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}
