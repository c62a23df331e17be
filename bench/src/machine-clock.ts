/** Returns the monotonic clock of the machine (ms), which is the same in all processes, unlike `performance.now()`. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
