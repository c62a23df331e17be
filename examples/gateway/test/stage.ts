import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
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

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const API_KEYS = [
  `${KEYS.acme}=acme:professional`,
  `${KEYS.globex}=globex:enterprise`,
  `${KEYS.hobbyist}=hobbyist:free`,
].join();

export interface Stage {
  readonly queues: DomainQueueManager;
  /** Starts a replica of the gateway and returns its URL. */
  readonly startReplica: (env?: Record<string, string>) => Promise<Replica>;
  /** Starts a replica in its own process. */
  readonly startProcess: () => Promise<{ url: string; child: ChildProcess }>;
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
  const startProcess = async (): Promise<{ url: string; child: ChildProcess }> => {
    const own = { ...env, GATEWAY_API_KEYS: API_KEYS, LOG_LEVEL: 'info' };
    const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...own } });
    onTestFinished(() => void child.kill('SIGKILL'));
    return { url: await urlOf(child), child };
  };
  return { queues, startReplica, startProcess, env };
}

/** Returns the URL that a service logs when it listens. */
async function urlOf({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout as Readable })) {
    const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
    if (msg === 'Serving' && url !== undefined) return url;
  }
  throw new Error('The gateway has ended');
}

/** The query and embedding services with a document of two tenants; `model` is the URL of a language model. */
export async function openServices(
  model: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Stage & { readonly metrics: () => Promise<string> }> {
  const stage = openStage();
  const env = { ...stage.env, QUERY_LLM_BASE_URL: model, ...more };
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
  const metrics = async () =>
    (await Promise.all(services.map(async ({ url }) => scrape(url)))).join('\n');
  return { ...stage, metrics };
}

async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  return response.text();
}
