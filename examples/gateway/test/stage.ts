import { randomUUID } from 'node:crypto';
import { indexDocuments } from '@nooble-examples/contracts';
import {
  settingsDefinition as embedding,
  startEmbeddingService,
} from '@nooble-examples/embedding-service';
import { settingsDefinition as query, startQueryService } from '@nooble-examples/query-service';
import { loadSettings } from '@nooble/config';
import { DomainQueueManager } from '@nooble/queue';
import { inject, onTestFinished } from 'vitest';
import { startGateway } from '../src/gateway.ts';
import { settingsDefinition } from '../src/settings.ts';
import { KEYS } from './client.ts';

const API_KEYS = [
  `${KEYS.acme}=acme:professional`,
  `${KEYS.globex}=globex:enterprise`,
  `${KEYS.hobbyist}=hobbyist:free`,
].join();

export interface Stage {
  readonly queues: DomainQueueManager;
  /** Starts a replica of the gateway and returns its URL. */
  readonly startReplica: (env?: Record<string, string>) => Promise<Replica>;
}

export interface Replica {
  readonly url: string;
  stop(): Promise<void>;
}

/** A Redis keyspace without services. */
export function openStage(): Stage & { readonly env: Record<string, string> } {
  const redis = inject('redisUrl');
  const prefix = `test-${randomUUID()}`;
  const env = { REDIS_URL: redis, KEY_PREFIX: prefix, HTTP_PORT: '0', LOG_LEVEL: 'silent' };
  const queues = new DomainQueueManager({ redis, prefix });
  onTestFinished(async () => queues.close());
  const startReplica = async (more: Record<string, string> = {}): Promise<Replica> => {
    const own = { ...env, GATEWAY_API_KEYS: API_KEYS, GATEWAY_STOP_SECONDS: '0', ...more };
    const gateway = await startGateway(
      loadSettings(settingsDefinition, { env: own, envFile: false }),
    );
    onTestFinished(async () => gateway.stop());
    return gateway;
  };
  return { queues, startReplica, env };
}

/** The query and embedding services with a document of two tenants; `model` is the URL of a language model. */
export async function openServices(model: string): Promise<Stage> {
  const stage = openStage();
  const env = { ...stage.env, QUERY_LLM_BASE_URL: model };
  const services = await Promise.all([
    startEmbeddingService(loadSettings(embedding, { env, envFile: false })),
    startQueryService(loadSettings(query, { env, envFile: false })),
  ]);
  for (const service of services) onTestFinished(async () => service.stop());
  for (const tenantId of ['acme', 'globex']) {
    const tenant = { tenantId, tenantTier: 'enterprise' } as const;
    const text = `The secret of ${tenantId} is the word ${tenantId}-secret, and nobody else may read it.`;
    const documents = [{ id: 'secret', title: 'Secret', text }];
    await stage.queues.tenant(tenant).request(indexDocuments, { collection: 'docs', documents });
  }
  return stage;
}
