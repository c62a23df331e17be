/** The longest a worker goes without a claim (ms): claims are what finds expired leases. */
export const HEARTBEAT_MS = 5_000;

/**
 * The longest one with free slots does while handlers run (ms): a word may have reached another worker whose
 * handler had just begun to compute.
 */
export const BUSY_HEARTBEAT_MS = 1_000;
