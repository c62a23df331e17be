import { isoOf } from '@nooble/models';
import type { Facts } from '../protocol/operations/explain.ts';
import type { Awaited } from './reasons.ts';

/** Returns the names that a handler waits for, and their number. A worker writes their meaning (`journal/meaning.ts`). */
export function awaitedIn({ of, count }: Facts): { awaited: Awaited[]; count: number } {
  const awaited: Awaited[] = [];
  for (let at = 1; of(`awaited_name${at}`) !== undefined; at += 1) {
    const [kind, ...words] = (of(`awaited${at}`) ?? '').split(' ');
    awaited.push(...meaningOf(of(`awaited_name${at}`) ?? '', kind, words));
  }
  return { awaited, count: count('awaited') ?? 0 };
}

/** Returns nothing for a step, for which no handler waits without a slot. */
function meaningOf(name: string, kind: string | undefined, words: readonly string[]): Awaited[] {
  if (kind === 'call') {
    const [actionType = '', actionId = ''] = words;
    return [{ name, of: 'call', actionType, actionId }];
  }
  if (kind !== 'wait') return [];
  const untilMs = Number(words[0]);
  return [{ name, of: 'signal', ...(untilMs > 0 && { until: isoOf(untilMs) }) }];
}
