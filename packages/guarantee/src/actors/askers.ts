/** Tenants by where the inbox is through which they ask. */
export const ASKERS = {
  /** Their first call, which shows where the inbox is. */
  first: 'asker-first',
  /** On the shard that goes away. */
  away: 'asker-away',
  /** On another. */
  near: 'asker-near',
} as const;

/** Calls through each of both inboxes. */
export const ASKS = 40;
