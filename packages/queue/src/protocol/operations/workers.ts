import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** Time for which a registration counts (ms); `lua/rules/registration.lua` has the same number. */
const LIVE_MS = 15_000;

/** Facts that a worker registers about itself. */
export interface WorkerFacts {
  readonly host: string;
  readonly pid: number;
  /** Version of its service, if it was given one. */
  readonly version?: string;
  readonly concurrency: number;
  /** Number of slots in use. */
  readonly running: number;
}

/** A registered worker. */
export interface StoredWorker extends WorkerFacts {
  /** Process of its calls, which holds the leases of its actions. */
  readonly id: string;
  /** Time of its last registration (Unix ms). */
  readonly seenMs: number;
}

/** Returns the call that removes the registration of a worker. A tick writes it. */
export function leaveCall(keyspace: Keyspace, process: string): ScriptCall {
  return keyspace.call('leave', [process]);
}

export function workersCall(keyspace: Keyspace): ScriptCall {
  return keyspace.call('workers', []);
}

export function readWorkers(reply: unknown): StoredWorker[] {
  const cells = reply as string[];
  return Array.from({ length: cells.length / 3 }, (_, row) =>
    readWorker(cells.slice(3 * row, 3 * row + 3)),
  );
}

/** Reads process, end of the registration (ms) and facts. Malformed facts are absent or zero. */
export function readWorker([id = '', end, text = '']: readonly string[]): StoredWorker {
  const { host, pid, version, concurrency, running } = parsed(text);
  return {
    id,
    host: typeof host === 'string' ? host : '',
    pid: countOf(pid),
    ...(typeof version === 'string' && { version }),
    concurrency: countOf(concurrency),
    running: countOf(running),
    seenMs: Number(end) - LIVE_MS,
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
