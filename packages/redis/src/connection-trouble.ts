import { Cluster } from './ioredis.ts';
import type { RedisClient } from './ioredis.ts';
import { onInnerClient } from './inner-clients.ts';

/** What a client says when it has no usable connection. Why it has none, another error says. */
const SYMPTOM =
  /Connection is closed|aborted due to connection close|No connection for|No answer within|max retries per request|Command timed out|Stream isn't writeable|Failed to refresh slots|None of startup nodes|All sentinels are unreachable|Cluster isn't ready/i;

/** What is known about the connections of a client. */
interface Trouble {
  /** Without its passwords. */
  readonly url: string;
  /** Why it last failed to connect or lost its connection; undefined while it is connected. */
  lastError: Error | undefined;
}

const troubles = new WeakMap<RedisClient, Trouble>();
const origins = new WeakMap<Error, RedisClient>();

/** Whether an error says only that there is no usable connection. */
export function isSymptom(error: Error): boolean {
  return SYMPTOM.test(error.message);
}

/** Keeps the last error of a client's connections, inner ones included, until it is connected again. */
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
    // One that checks nothing is ready even where its password was refused.
    if (inner.options.enableReadyCheck) inner.on('ready', clear);
  });
  if (client instanceof Cluster) watchStartupNames(client, keep);
}

/** Lets the client be found whose command failed with this error. */
export function rememberOrigin(error: Error, client: RedisClient): void {
  origins.set(error, client);
}

/** Where the command that failed with this error was sent, without passwords; undefined where that is unknown. */
export function whereFailed(error: Error): string | undefined {
  const client = origins.get(error);
  return client && troubles.get(client)?.url;
}

/** Why a command failed: the error of the connection where its own says only that there is none. */
export function whyFailed(error: Error, client = origins.get(error)): string {
  const last = client && troubles.get(client)?.lastError;
  return textOf(isSymptom(error) ? (last ?? error) : error);
}

function textOf(error: Error): string {
  const { code, errors } = error as { code?: unknown; errors?: readonly Error[] };
  // Where a name has several addresses, Node says nothing but what each of them said.
  const text = error.message || (errors ?? []).map(({ message }) => message).join(', ');
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})`.trim() : text;
}

/** A Cluster says only that it failed; which node, and why, is inside. */
function plainest(error: Error): Error {
  const { lastNodeError } = error as { lastNodeError?: unknown };
  return lastNodeError instanceof Error ? lastNodeError : error;
}

/** A Cluster none of whose names can be resolved says so to its retry strategy alone. */
function watchStartupNames({ options }: Cluster, keep: (error: Error) => void): void {
  const { clusterRetryStrategy: delayOf } = options;
  options.clusterRetryStrategy = (attempt, reason) => {
    if (reason) keep(reason);
    return delayOf?.(attempt, reason);
  };
}
