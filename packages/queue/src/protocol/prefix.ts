/** Throws RangeError unless the prefix may begin every key: it must not contain braces, which mark Cluster slots. */
export function assertPrefix(prefix: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(prefix)) return;
  throw new RangeError(
    `Invalid prefix ${JSON.stringify(prefix)}: expected up to 128 letters, digits and . _ : - only`,
  );
}
