import type { HistoryEntry } from '../../src/protocol/operations/endings-read.ts';
import { readEndings } from '../../src/protocol/operations/endings-read.ts';
import type { Stored } from '../stored.ts';

/** Endings that wait in Redis to be recorded, one line each. */
export async function storedEndings(stored: Stored): Promise<string[]> {
  const entries = await stored.client.xrange(stored.key('endings'), '-', '+');
  const cells = entries.flatMap(([id, [, ending = '', , action = '', , note = '']]) => [
    id,
    ending,
    action,
    note,
  ]);
  return readEndings('embedding', ['0', ...cells]).map(lineOf);
}

/** In the form of the model. Claims have µs, of which the model knows nothing. */
export function lineOf(entry: HistoryEntry): string {
  if (entry.kind === 'gap') return `gap of ${entry.count}`;
  const { actionId, tenantId, ending, attempts, stalls, redrives } = entry;
  const { firstClaimMs = '-', runningMs, endedMs } = entry;
  const counts = [attempts, stalls, redrives];
  return [actionId, tenantId, ending, ...counts, firstClaimMs, Math.round(runningMs), endedMs].join(
    ' ',
  );
}
