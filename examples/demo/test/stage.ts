import { randomUUID } from 'node:crypto';
import { generateAnswer, indexDocuments, searchPassages } from '@nooble-examples/contracts';
import type { Answered, Found, Indexed } from '@nooble-examples/contracts';
import { defineCallback, type CallbackData } from '@nooble/models';
import { DomainQueueManager } from '@nooble/queue';
import { ActionProcessor, BaseWorker } from '@nooble/worker';
import { inject, onTestFinished } from 'vitest';
import { ServiceProcess } from '../src/service-process.ts';
import { programOf } from './programs.ts';

/** The tenant that asks questions. */
export const acme = { tenantId: 'acme', tenantTier: 'enterprise' } as const;

/** Queue for answers to a tenant. */
export const answerQueueOf = (tenantId: string): string => `caller:${tenantId}:enterprise`;
const callbackQueue = answerQueueOf(acme.tenantId);

/** Service processes, and a caller that records their answers. Everything ends with the test. */
export async function openStage({ redis = inject('redisUrl') } = {}): Promise<Stage> {
  const prefix = `test-${randomUUID()}`;
  const env = { REDIS_URL: redis, KEY_PREFIX: prefix, HTTP_PORT: '0', LOG_LEVEL: 'debug' };
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const answers: Answers = { indexed: [], found: [], answered: [] };
  const indexed = defineCallback(indexDocuments, 'caller');
  const found = defineCallback(searchPassages, 'caller');
  const answered = defineCallback(generateAnswer, 'caller');
  const processor = new ActionProcessor()
    .register(indexed, ({ data, tenantId }) => void answers.indexed.push({ ...data, tenantId }))
    .register(found, ({ data, tenantId }) => void answers.found.push({ ...data, tenantId }))
    .register(answered, ({ data, tenantId }) => void answers.answered.push({ ...data, tenantId }));
  const quiet = { logger: false, handleSignals: false } as const;
  const worker = new BaseWorker({ domain: 'caller', redis, prefix, processor, ...quiet });
  onTestFinished(async () => worker.stop());
  await worker.start();
  const start = async (name: ServiceProcess['name'], more = {}): Promise<ServiceProcess> => {
    const main = programOf(name);
    const service = new ServiceProcess({ name, main, env: { ...env, ...more } });
    onTestFinished(async () => service.kill());
    await service.started();
    return service;
  };
  return { queues, answers, start };
}

/** An answer and its recipient. */
export type Received<Result> = CallbackData<Result> & { readonly tenantId: string };

export interface Answers {
  readonly indexed: Received<Indexed>[];
  readonly found: Received<Found>[];
  readonly answered: Received<Answered>[];
}

export interface Stage {
  readonly queues: DomainQueueManager;
  readonly answers: Answers;
  readonly start: (
    name: ServiceProcess['name'],
    env?: Record<string, string>,
  ) => Promise<ServiceProcess>;
}

/** An action that indexes one document of several passages. */
export function indexAction(number: number, { paragraphs: length = 20 } = {}) {
  const paragraphs = Array.from(
    { length },
    (_, index) => `# Part ${index}\nThe text of part ${index} of document ${number}.`,
  );
  const document = {
    id: `doc-${number}`,
    title: `Document ${number}`,
    text: paragraphs.join('\n'),
  };
  return indexDocuments.create({
    ...acme,
    callbackQueue,
    data: { collection: 'docs', documents: [document] },
  });
}

/** An action that asks a question. */
export function questionAction(query: string) {
  return generateAnswer.create({ ...acme, callbackQueue, data: { collection: 'docs', query } });
}
