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
