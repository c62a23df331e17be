import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { BaseWorker } from '@nooble/worker';
import type { Job } from '../payload.ts';
import { embed, inputOf } from './nooble-actions.ts';
import { processorOf } from './nooble-processors.ts';
import type { Caller, Place, Producer, RunningWorker, System } from './system.ts';

/** Nooble with its defaults: validation, leases, retries, depth limit and fairness are enabled. */
export const nooble: System = {
  bulkSize: 512,
  async openProducer(place, { sendsCallback }): Promise<Producer> {
    const { url, prefix } = place;
    const queues = new DomainQueueManager({ redis: url, prefix });
    await queues.redis.command().ping();
    const callback = (tenant: string) =>
      sendsCallback ? { callbackQueue: `caller:${tenant}:enterprise` } : {};
    const actionOf = (job: Job) => embed.create({ ...inputOf(job), ...callback(job.tenant) });
    return {
      send: (job) => queues.enqueue(actionOf(job)),
      sendAll: async (jobs) => assertAccepted(await queues.enqueueMany(jobs.map(actionOf))),
      pending: async () => pendingIn(queues, place.queue),
      close: async () => queues.close(),
    };
  },
  async startWorker(place, options): Promise<RunningWorker> {
    const [claimMs, callMs]: [number[], number[]] = [[], []];
    const worker = new BaseWorker({
      domain: place.queue,
      redis: place.url,
      prefix: place.prefix,
      processor: processorOf(place, options, callMs),
      concurrency: options.concurrency,
      ...(!options.claimsAhead && { prefetch: 0 }),
      logger: false,
      handleSignals: false,
    });
    worker.events.on('claimed', ({ count, tookMs }) => count > 0 && claimMs.push(tookMs));
    await worker.start();
    return { claimMs, callMs, stop: async () => worker.stop() };
  },
  async openCaller({ url, prefix }: Place): Promise<Caller> {
    const queues = new DomainQueueManager({ redis: url, prefix });
    const client = new ActionClient({ queues });
    return {
      request: async (job) => client.request(embed, inputOf(job)),
      close: async () => queues.close(),
    };
  },
};

function assertAccepted(outcomes: Awaited<ReturnType<DomainQueueManager['enqueueMany']>>): void {
  const refused = outcomes.find(({ status }) => status !== 'accepted');
  if (refused) throw new Error(`Action "${refused.actionId}" was not accepted: ${refused.status}`);
}

/** Excludes callbacks that are not delivered yet; they are counted in the target domain. */
async function pendingIn(queues: DomainQueueManager, domain: string): Promise<number> {
  const { tiers, suspects } = await queues.stats(domain);
  const counts = Object.values(tiers).map((tier) => tier.waiting + tier.active + tier.delayed);
  return counts.reduce((sum, each) => sum + each, suspects);
}
