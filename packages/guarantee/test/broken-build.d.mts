/** Names of the rules of scripts that can be broken. */
export declare const BREAKABLE_RULES: readonly string[];
/** Throws for a name that is unknown, and for a rule that a chosen script does not contain. */
export declare function breakScripts(
  scripts: Record<string, { lua: string }>,
  broken?: string,
): void;
