/**
 * Maximum cost of an action, measured and rounded up by one or two percent. Lower a figure whenever a change makes it
 * possible; raising one needs a reason in the commit.
 */
export const BUDGETS = {
  /** Adds in one turn of the event loop, which are sent together. */
  enqueueTogether: { scriptCalls: 0.016, commands: 1.28, bytesIn: 556, bytesOut: 0.1 },
  /** One add at a time. */
  enqueueAlone: { scriptCalls: 1, commands: 16.5, bytesIn: 1_500, bytesOut: 4.1 },
  /** Claims of 50, each of which settles the previous 50. */
  drain: { scriptCalls: 0.0425, commands: 2.85, bytesIn: 99, bytesOut: 540 },
  /** Claims of one, each of which settles the previous one. */
  drainAlone: { scriptCalls: 2.005, commands: 41.5, bytesIn: 2_030, bytesOut: 590 },
  /** Memory of a waiting action with 1,000 tenants, beyond the JSON of its data (bytes). */
  waiting: { bytes: 440 },
  /**
   * Redis time of an action from enqueue to settlement, in units of a calibration script: 6.7 on an idle machine. The
   * budget is twice that, because a busy machine slows programs down unevenly; it detects a doubling, but not less.
   */
  redisTime: 14,
} as const;
