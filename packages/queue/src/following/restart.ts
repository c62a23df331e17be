/**
 * Stands in a stream where a further attempt begins, if it is read with `onRestart: 'restart'`: the chunks before it are void. The
 * same symbol in duplicate copies of this package.
 */
export const RESTART: unique symbol = Symbol.for('nooble.restart') as never;

/** Type of `RESTART`. */
export type Restart = typeof RESTART;
