import { Cluster } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';
import { onInnerClient } from './inner-clients.ts';

/** Errors of a client without a usable connection. They do not state the reason; an earlier error does. */
const SYMPTOM =
  /Connection is closed|aborted due to connection close|No connection for|No reply within|max retries per request|Command timed out|Stream isn't writeable|Failed to refresh slots|None of startup nodes|All sentinels are unreachable|Cluster isn't ready/i;

/** State of the connections of a client. */
interface Trouble {
  /** URL without passwords. */
  readonly url: string;
  /** Last error while connecting, or of a lost connection; undefined while connected. */
  lastError: Error | undefined;
}

const troubles = new WeakMap<RedisClient, Trouble>();
const origins = new WeakMap<Error, RedisClient>();

/** Returns true if an error only states that there is no usable connection. */
export function isSymptom(error: Error): boolean {
  return SYMPTOM.test(error.message);
}

/** Keeps the last error of a client's connections, including inner ones, until it is connected again. */
export function watchTrouble(client: RedisClient, redactedUrl: string): void {
  const trouble: Trouble = { url: redactedUrl, lastError: undefined };
  troubles.set(client, trouble);
  const clear = (): void => void (trouble.lastError = undefined);
  const keep = (error: Error): void => {
    const plain = plainest(error);
    if (!trouble.lastError || !isSymptom(plain)) trouble.lastError = plain;
  };
  for (const event of ['error', 'sentinelError', 'node error']) client.on(event, keep);
  client.on('ready', clear);
  onInnerClient(client, (inner) => {
    inner.on('error', keep);
    // Without a ready check, a client is `ready` even if its password was refused.
    if (inner.options.enableReadyCheck) inner.on('ready', clear);
  });
  if (client instanceof Cluster) watchStartupNames(client, keep);
}

/** Records the client whose command failed with this error. */
export function rememberOrigin(error: Error, client: RedisClient): void {
  origins.set(error, client);
}

/** Returns the URL, without passwords, of the client whose command failed with this error, if known. */
export function whereFailed(error: Error): string | undefined {
  const client = origins.get(error);
  return client && troubles.get(client)?.url;
}

/** Returns the reason why a command failed: the last connection error if its own error only states a symptom. */
export function whyFailed(error: Error, client = origins.get(error)): string {
  const last = client && troubles.get(client)?.lastError;
  return textOf(isSymptom(error) ? (last ?? error) : error);
}

function textOf(error: Error): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly Error[] };
  // If a name has several addresses, the error of Node has no message, but one error per address.
  const text = error.message || (errors ?? []).map(({ message }) => message).join(', ');
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})`.trim() : text;
}

/** The error of a Cluster has no reason; its `lastNodeError` names the node and the reason. */
function plainest(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: unknown };
  return lastNodeError instanceof Error ? lastNodeError : error;
}

/** If none of its host names can be resolved, a Cluster reports the reason only to its retry strategy. */
function watchStartupNames({ options }: Cluster, keep: (error: Error) => void): void {
  const { clusterRetryStrategy: delayOf } = options;
  options.clusterRetryStrategy = (attempt, reason) => {
    if (reason) keep(reason);
    return delayOf?.(attempt, reason);
  };
}
