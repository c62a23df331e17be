import { ActionClient, DomainQueueManager } from '@nooble/queue';
import { BaseWorker } from '@nooble/worker';
import type { Job } from '../payload.ts';
import { embed, inputOf } from './nooble-actions.ts';
import { processorOf } from './nooble-processors.ts';
import type { Caller, Place, Producer, RunningWorker, System, WorkerOptions } from './system.ts';

/** Observes a manager or a worker until `stop()`. */
export type Watch = (parts: {
  readonly queues?: DomainQueueManager;
  readonly worker?: BaseWorker;
}) => { stop: () => void };

/** Nooble with its defaults: validation, leases, retries, depth limit and fairness are enabled. */
export const nooble: System = noobleWith(() => ({ stop: () => undefined }));

/** Nooble with its defaults, and observed. */
export function noobleWith(watch: Watch): System {
  return {
    bulkSize: 512,
    openProducer: async (place, options) => openProducer(place, options, watch),
    startWorker: async (place, options) => startWorker(place, options, watch),
    async openCaller({ url, prefix }: Place): Promise<Caller> {
      const queues = new DomainQueueManager({ redis: url, prefix });
      const client = new ActionClient({ queues });
      return {
        request: async (job) => client.request(embed, inputOf(job)),
        close: async () => queues.close(),
      };
    },
  };
}

async function openProducer(
  { url, prefix, queue }: Place,
  { sendsCallback }: { readonly sendsCallback: boolean },
  watch: Watch,
): Promise<Producer> {
  const queues = new DomainQueueManager({ redis: url, prefix });
  await queues.redis.command().ping();
  const { stop } = watch({ queues });
  const callback = (tenant: string) =>
    sendsCallback ? { callbackQueue: `caller:${tenant}:enterprise` } : {};
  const actionOf = (job: Job) => embed.create({ ...inputOf(job), ...callback(job.tenant) });
  return {
    send: (job) => queues.enqueue(actionOf(job)),
    sendAll: async (jobs) => assertAccepted(await queues.enqueueMany(jobs.map(actionOf))),
    pending: async () => pendingIn(queues, queue),
    close: async () => {
      stop();
      await queues.close();
    },
  };
}

async function startWorker(
  place: Place,
  options: WorkerOptions,
  watch: Watch,
): Promise<RunningWorker> {
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
  const { stop } = watch({ worker });
  worker.events.on('claimed', ({ count, tookMs }) => count > 0 && claimMs.push(tookMs));
  await worker.start();
  const end = async (): Promise<void> => {
    await worker.stop();
    stop();
  };
  return { claimMs, callMs, stop: end };
}

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
