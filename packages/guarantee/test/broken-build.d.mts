/** Names of the rules of scripts that can be broken. */
export declare const BREAKABLE_RULES: readonly string[];
/** Removes a rule from the scripts. Throws for an unknown name, and for a rule that no script contains. */
export declare function breakScripts(
  scripts: Record<string, { lua: string }>,
  broken?: string,
): void;
