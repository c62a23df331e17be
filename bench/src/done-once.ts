/** Throws an Error unless the numbers are 0 to `count` − 1, each once. */
export function assertDoneOnce(system: string, done: readonly Uint32Array[], count: number): void {
  const times = new Uint8Array(count);
  let twice = 0;
  let unknown = 0;
  for (const numbers of done) {
    for (const n of numbers) {
      if (n >= count) unknown += 1;
      else if (times[n]) twice += 1;
      else times[n] = 1;
    }
  }
  const lost = times.reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0);
  if (lost + twice + unknown === 0) return;
  throw new Error(
    `${system}: of ${count} jobs ${lost} were not done, ${twice} were done twice, ${unknown} were never sent`,
  );
}

/** Throws an Error unless a system stores as many jobs as it should. */
export function assertStored(system: string, stored: number, expected: number): void {
  if (stored === expected) return;
  throw new Error(`${system}: ${stored} jobs are stored, not ${expected}`);
}
