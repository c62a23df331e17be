import type { ScriptCall } from '@nooble/redis';
import type { Keyspace } from '../keyspace.ts';

/** The rule by which a domain, or each partition of it, keeps its history. */
export interface HistoryRule {
  readonly data: boolean;
  readonly result: boolean;
  readonly maxEntries: number;
  readonly maxBytes: number;
  readonly whenBehind: 'refuse' | 'drop';
}

/** Returns the call that sets the rule of a keyspace; undefined keeps no history. */
export function historySetCall(keyspace: Keyspace, rule: HistoryRule | undefined): ScriptCall {
  return keyspace.call('history_set', [rule ? textOf(rule) : '']);
}

/** Returns undefined for any text that is no rule. */
export function readRule(text: string): HistoryRule | undefined {
  const [, data, result, maxEntries, maxBytes, whenBehind] = RULE.exec(text) ?? [];
  if (whenBehind !== 'refuse' && whenBehind !== 'drop') return undefined;
  return {
    data: data === 'd',
    result: result === 'r',
    maxEntries: Number(maxEntries),
    maxBytes: Number(maxBytes),
    whenBehind,
  };
}

const RULE = /^([d-])([r-]) (\d+) (\d+) (refuse|drop)$/;

/** For example `d- 100000 268435456 refuse`; `lua/rules/history.lua` is its twin. */
function textOf({ data, result, maxEntries, maxBytes, whenBehind }: HistoryRule): string {
  return `${data ? 'd' : '-'}${result ? 'r' : '-'} ${maxEntries} ${maxBytes} ${whenBehind}`;
}
