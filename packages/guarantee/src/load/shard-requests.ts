/** Tenants of the requests, by the location of the inbox that receives their replies. */
export const REQUEST_TENANTS = {
  /** First request of a client, which shows the location of its inbox. */
  first: 'request-first',
  /** Inbox on the shard that goes away. */
  away: 'request-away',
  /** Inbox on another shard. */
  near: 'request-near',
} as const;

/** Number of requests through each of the two inboxes. */
export const REQUESTS_EACH = 40;
