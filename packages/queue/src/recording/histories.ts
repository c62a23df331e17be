import { assertDomain } from '@nooble/models';
import type { RedisPool } from '@nooble/redis';
import { ask } from '../protocol/calling.ts';
import { historySetCall } from '../protocol/operations/history-set.ts';
import type { Partitions } from '../protocol/partitions.ts';
import { EndingsReader } from './endings-reader.ts';
import { historyRuleOf, type HistoryOptions } from './history-options.ts';

/** Functions of a manager for the history of a domain: the endings of its actions, stored elsewhere by recorders. */
export interface Histories {
  /**
   * Keeps the history of a domain from now on, or no longer: every ending waits in Redis until a recorder has stored it. An
   * action that is running when this is turned on is recorded unless it is done with its present attempt. Other processes need
   * no restart. Throws RangeError for invalid options, and RedisUnavailableError, after which it is safe to repeat.
   */
  setHistory(this: void, domain: string, options: HistoryOptions | false): Promise<void>;
  /** Returns the endings of a domain that wait to be recorded. Throws InvalidActionError for an invalid name. */
  endings(this: void, domain: string): EndingsReader;
}

interface Parts {
  readonly redis: RedisPool;
  readonly partitions: Partitions;
}

export function historiesOf(parts: Parts): Histories {
  return {
    setHistory: async (domain, options) => {
      assertDomain(domain);
      const rule = historyRuleOf(options);
      const { all } = await parts.partitions.lookAgain(domain);
      const attempted = `set the history of domain "${domain}"`;
      for (const each of all) await ask(parts.redis, historySetCall(each, rule), attempted);
    },
    endings: (domain) => {
      assertDomain(domain);
      return new EndingsReader(parts, domain);
    },
  };
}
