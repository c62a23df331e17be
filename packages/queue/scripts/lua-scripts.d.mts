/** Most lines of code of a file, and most lines of a script with all it uses. */
export declare const LIMITS: { readonly piece: number; readonly script: number };

export interface EmbeddedScript {
  readonly name: string;
  readonly keys: readonly string[];
  readonly lua: string;
}

/** The scripts of these files. Throws an Error that lists what is wrong with them. */
export declare function scriptsOf(
  files: Readonly<Record<string, string>>,
  codes: Readonly<Record<string, Readonly<Record<string, string | number>>>>,
): EmbeddedScript[];
