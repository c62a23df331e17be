/** The longest a worker goes without a claim, ms: claims are what finds expired leases. */
export const HEARTBEAT_MS = 5_000;
