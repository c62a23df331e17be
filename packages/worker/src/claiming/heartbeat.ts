/** Maximum time without a claim (ms): claims find expired leases. */
export const HEARTBEAT_MS = 5_000;

/**
 * The same for a worker with free slots whose handlers run (ms): another worker may have taken the wake token just before
 * its handler began to compute.
 */
export const BUSY_HEARTBEAT_MS = 1_000;
