/** Maximum lines of code of a file, and of a script with all pieces it uses. */
export declare const LIMITS: { readonly piece: number; readonly script: number };

export interface EmbeddedScript {
  readonly name: string;
  readonly keys: readonly string[];
  readonly lua: string;
}

/** Returns the scripts of these files. Throws an Error that lists all problems. */
export declare function scriptsOf(
  files: Readonly<Record<string, string>>,
  codes: Readonly<Record<string, Readonly<Record<string, string | number>>>>,
  stems?: Readonly<Record<string, string>>,
): EmbeddedScript[];
