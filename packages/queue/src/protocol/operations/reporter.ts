import type { ScriptCall } from '@nooble/redis';
import { CODES } from '../../generated/codes.ts';
import type { Keyspace } from '../keyspace.ts';
import { codeAmong } from '../unreadable.ts';

/** Returns the call that makes a process the reporter of a domain for `forMs`, unless another process is. */
export function reporterCall(keyspace: Keyspace, process: string, forMs: number): ScriptCall {
  return keyspace.call('reporter', [process, forMs]);
}

/** Returns true if the process is the reporter. */
export function readReporter(reply: unknown): boolean {
  const { NOT_REPORTER, REPORTER } = CODES.reporting;
  return codeAmong([NOT_REPORTER, REPORTER], reply, 'reporter') === REPORTER;
}
