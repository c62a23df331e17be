import { defineAction } from '@nooble/models';
import { ActionProcessor } from '@nooble/worker';
import { z } from 'zod';
import { machineMs } from '../machine-clock.ts';
import { embed, embedded } from './nooble-actions.ts';
import { doJob, resultOf, type Place, type WorkerOptions } from './system.ts';

/** The service that handlers call. */
const lookUp = defineAction('callee.look', {
  data: z.object({ n: z.int() }),
  result: z.object({ n: z.int() }),
});

/** Returns the handlers of a queue. Durations of their calls are added to `callMs`. */
export function processorOf(
  { queue }: Place,
  options: WorkerOptions,
  callMs: number[],
): ActionProcessor {
  if (queue === 'work') return options.calls ? calling(options, callMs) : handling(options);
  return queue === 'callee' ? called(options) : receiving(options);
}

function handling(options: WorkerOptions): ActionProcessor {
  return new ActionProcessor().register(embed, ({ data }) => {
    const waiting = doJob(data.n, options);
    return waiting ? waiting.then(() => resultOf(data)) : resultOf(data);
  });
}

function calling({ onJob }: WorkerOptions, callMs: number[]): ActionProcessor {
  return new ActionProcessor().register(embed, async ({ data: { n } }, ctx) => {
    const calledMs = machineMs();
    const result = await ctx.call('look', lookUp, { data: { n } });
    callMs.push(machineMs() - calledMs);
    onJob(result.n);
    return result;
  });
}

function called({ onJob }: WorkerOptions): ActionProcessor {
  return new ActionProcessor().register(lookUp, ({ data }) => {
    onJob(data.n);
    return resultOf(data);
  });
}

function receiving({ onJob }: WorkerOptions): ActionProcessor {
  return new ActionProcessor().register(embedded, ({ data }) => {
    if (data.status === 'done') onJob(data.result.n);
  });
}
