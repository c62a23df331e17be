import { newId, type ActionDefinition, type ActionInput } from '@nooble/models';
import type { TenantEntry } from './admission/directory.ts';
import type { ActionStream } from './following/action-stream.ts';
import { LaterStream } from './following/later-stream.ts';
import { resolveStreamOptions, type StreamOptions } from './following/stream-options.ts';
import { readStreamOptions, type TenantStreamOptions } from './send-options.ts';

/** A stream to open. */
export interface TenantStream {
  readonly definition: Pick<ActionDefinition, 'domain'>;
  readonly options: TenantStreamOptions | undefined;
  readonly tenantId: string;
}

/** Parts of the sender of a tenant. */
export interface TenantStreamSender<Chunk, Result> {
  /** True if its tenant needs no look-up. */
  readonly isKnown: boolean;
  /** Looks up the tenant, within the timeout and until the signal aborts. */
  readonly look: (looking: {
    actionId: string;
    timeoutMs: number;
    signal: AbortSignal | undefined;
  }) => Promise<TenantEntry | undefined>;
  readonly send: (
    fields: Partial<ActionInput>,
    reading: StreamOptions,
    entry?: TenantEntry,
  ) => ActionStream<Chunk, Result>;
}

/** Sends an action of a tenant, at once if the tenant is known, and returns its stream. Throws for invalid options. */
export function streamForTenant<Chunk, Result>(
  { definition: { domain }, options, tenantId }: TenantStream,
  { isKnown, look, send }: TenantStreamSender<Chunk, Result>,
): ActionStream<Chunk, Result> {
  const { actionId = newId(), ...given } = readStreamOptions(options);
  const { signal, timeoutMs, onRestart, ...fields } = given;
  const reading = { signal, timeoutMs, onRestart } as StreamOptions;
  const { timeoutMs: limitMs } = resolveStreamOptions(reading);
  signal?.throwIfAborted();
  const own = { ...fields, actionId };
  if (isKnown) return send(own, reading);
  const looking = look({ actionId, timeoutMs: limitMs, signal });
  const opening = looking.then((entry) => send(own, reading, entry));
  return new LaterStream({ domain, actionId, tenantId }, opening);
}
