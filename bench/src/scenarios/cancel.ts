import { percentile } from '../measures/percentile.ts';
import { Count } from '../measures/working.ts';
import { clearedPlace, sized, type SampleContext } from '../sample-context.ts';
import { MILLISECONDS, sidesOf, type Sample, type Scenario } from '../scenario.ts';
import type { ConversationName } from '../systems/conversation.ts';

export const cancel: Scenario = {
  name: 'cancel',
  about: 'from the call that cancels a running job until its signal aborts in another process',
  metrics: { p50: MILLISECONDS, p99: MILLISECONDS },
  sides: sidesOf(['nooble', 'bullmq-relay', 'redis'], measure),
};

/** Cancels one job after another, each once its handler has begun. */
async function measure(context: SampleContext, system: ConversationName): Promise<Sample> {
  const { processes, signal } = context;
  const place = await clearedPlace(context, system);
  const [holder, sender] = [processes.worker(system), processes.producer(system)];
  const recorded = new Count([holder]);
  await holder.ask('hold', { place });
  await sender.ask('openCanceller', { place });
  const count = sized(context, 200, 20);
  const askedMs: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await sender.ask('sendHeld', { n });
    await recorded.reaches(2 * n + 1, { signal, system });
    askedMs.push(await sender.ask('cancelHeld', { n }));
    await recorded.reaches(2 * n + 2, { signal, system });
  }
  await sender.ask('closeCanceller', null);
  const { beganMs } = await holder.ask('finish', null);
  const tookMs = askedMs.map((ms, n) => (beganMs[2 * n + 1] ?? Number.NaN) - ms);
  return { p50: percentile(tookMs, 0.5), p99: percentile(tookMs, 0.99) };
}
