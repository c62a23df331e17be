/** Tenants that cannot be served, by the cause. */
export const FAULTY_TENANTS = {
  /** No message can carry its results. */
  result: 'faulty-result',
  /** Its inbox refuses writes. */
  inbox: 'faulty-inbox',
  /** The directory returns invalid entries about it. */
  directory: 'faulty-directory',
} as const;
