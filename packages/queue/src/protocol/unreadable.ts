/** A reply that no script of this version gives: a defect of Nooble, or scripts of another version. */
export function unreadable(script: string, what: string): TypeError {
  return new TypeError(`Cannot read the reply of script "${script}": ${what} is not part of it`);
}

/** The reply, if it is one of the names. Throws TypeError. */
export function nameAmong<Name extends string>(
  names: readonly Name[],
  reply: unknown,
  script: string,
): Name {
  const name = names.find((each) => each === reply);
  if (name === undefined) throw unreadable(script, String(reply));
  return name;
}
