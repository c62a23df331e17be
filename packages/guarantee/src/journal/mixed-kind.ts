/** Kinds of actions in a trial of everything. A call waits for others; a cancelled one may end before. */
export type MixedKind = 'request' | 'stream' | 'call' | 'sequence' | 'cancel';
