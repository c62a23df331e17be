import { WaitingChildrenError, type Job as BullJob, type Queue } from 'bullmq';
import { machineMs } from '../machine-clock.ts';
import type { Passage } from '../payload.ts';
import { doJob, resultOf, type WorkerOptions } from './system.ts';

/** Data of a job, with the time of its call once it has made one. */
export type Called = Passage & { readonly calledMs?: number };

export type BullHandler = (job: BullJob<Called>, token?: string) => Promise<{ n: number }>;

/** Returns a handler that counts its job, and adds its result to another queue if there is one. */
export function handling(options: WorkerOptions, caller: Queue | undefined): BullHandler {
  return async ({ data }) => {
    await doJob(data.n, options);
    if (caller) await caller.add('embedded', data);
    return resultOf(data);
  };
}

/**
 * Returns a handler that adds a child job and gives its slot back until that is done, as the documentation of BullMQ describes
 * it: the handler then runs again. Durations of the calls are added to `callMs`.
 */
export function calling({ onJob }: WorkerOptions, callee: Queue, callMs: number[]): BullHandler {
  return async (job, token = '') => {
    const { data, id = '', queueQualifiedName } = job;
    if (data.calledMs === undefined) {
      const calledMs = machineMs();
      const parent = { id, queue: queueQualifiedName };
      await callee.add('look', { n: data.n }, { jobId: `${id}-look`, parent });
      await job.updateData({ ...data, calledMs });
      if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
    }
    const [result] = Object.values(await job.getChildrenValues<{ n: number }>());
    callMs.push(machineMs() - (job.data.calledMs ?? Number.NaN));
    if (result?.n !== data.n) throw new Error(`Job ${data.n} got the result of another call`);
    onJob(data.n);
    return resultOf(data);
  };
}
