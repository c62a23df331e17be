/**
 * The most that an action may cost, measured and rounded up by one or two percent. Lower a figure whenever a
 * change makes it possible; one that has to rise needs a reason in the commit.
 */
export const BUDGETS = {
  /** Adds of one turn of the event loop, which travel together. */
  enqueueTogether: { scriptCalls: 0.016, commands: 1.31, bytesIn: 556, bytesOut: 0.1 },
  /** One add at a time. */
  enqueueAlone: { scriptCalls: 1, commands: 18.5, bytesIn: 1_575, bytesOut: 4.1 },
  /** Claims of 50, each of which settles the 50 before. */
  workOff: { scriptCalls: 0.0425, commands: 3.25, bytesIn: 101, bytesOut: 540 },
  /** Claims of one, each of which settles the one before. */
  workOffAlone: { scriptCalls: 2.005, commands: 46, bytesIn: 2_100, bytesOut: 590 },
  /** Waiting, among 1,000 tenants: bytes of Redis beyond the JSON of its data. */
  waiting: { bytes: 440 },
  /**
   * Time of Redis for an action, from enqueue to settlement, in turns of a calibration script: 6.7 where nothing else
   * runs. Twice that, because a busy machine does not slow two programs down alike: it tells a doubling, not less.
   */
  redisTime: 14,
} as const;
