/** Ends this process when the one that started it has ended, however that came about. */
export function endWithParent(): void {
  process.stdin.once('end', () => process.exit());
  process.stdin.resume();
  process.stdin.unref();
}
