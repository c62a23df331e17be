/** Returns the texts by their path in `lua/`, the tables of codes, and the stems of keys whose names a script completes. */
export declare function readLua(): {
  readonly files: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  readonly stems: Readonly<Record<string, string>>;
};
