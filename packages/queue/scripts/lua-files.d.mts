/** Returns the texts by their path in `lua/`, and the tables of codes. */
export declare function readLua(): {
  readonly files: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
};
