/** One row of the key table: content and lifetime of a key. */
export interface KeyFacts {
  /** Part of the name that follows `domainRoot`. */
  readonly suffix: string;
  readonly type: 'HASH' | 'LIST' | 'SET' | 'STREAM' | 'STRING' | 'ZSET';
  /** Completes the name: one key per domain, or one per tier, tenant, process or id. */
  readonly per?:
    | 'tier'
    | 'tenant'
    | 'tier and tenant'
    | 'process'
    | 'action'
    | 'day'
    | 'tenant and key';
  readonly content: string;
  readonly lifetime: string;
}

/** The one key that belongs to no domain: `inboxKey` returns its name. */
export const INBOX_FACTS = {
  suffix: 'replies',
  type: 'STREAM',
  content:
    'replies and live chunks for one process until it has received them, at most 20,000 and 64 MiB',
  lifetime: 'until its callers stop waiting, plus one minute',
} as const satisfies KeyFacts;
