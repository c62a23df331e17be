/** Folder of the repository. */
export declare const root: string;
/** Command and first arguments of the package manager. */
export declare const pnpm: readonly string[];
