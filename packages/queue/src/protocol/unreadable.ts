/** Returns the error for a reply that no script of this version returns: a defect of Nooble, or scripts of another version. */
export function unreadable(script: string, what: string): TypeError {
  return new TypeError(`Cannot read the reply of script "${script}": ${what} is not part of it`);
}

/** Returns the reply if it is one of the codes. Throws TypeError. */
export function codeAmong<Code extends string | number>(
  codes: readonly Code[],
  reply: unknown,
  script: string,
): Code {
  const code = codes.find((each) => each === reply);
  if (code === undefined) throw unreadable(script, String(reply));
  return code;
}
