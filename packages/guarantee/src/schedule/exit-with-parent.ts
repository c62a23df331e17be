/** Exits this process once its parent has ended, for any reason: standard input then ends. */
export function exitWithParent(): void {
  process.stdin.once('end', () => process.exit());
  process.stdin.resume();
  process.stdin.unref();
}
