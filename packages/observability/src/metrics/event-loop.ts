import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { METRICS } from '../metric-names.ts';
import type { Instruments } from './instruments.ts';

/** Interval of the measurement (ms), which is also part of each measured delay. */
const RESOLUTION_MS = 20;

/** Adds the gauges of the delay of the event loop. Returns a function that ends the measurement. */
export function meterEventLoop(instruments: Instruments): () => void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  instruments.gauges({ p99: METRICS.eventLoop, max: METRICS.eventLoopMax }, (set) => {
    if (delays.count === 0) return;
    set('p99', secondsOf(delays.percentile(99)), {});
    set('max', secondsOf(delays.max), {});
    delays.reset();
  });
  return () => void delays.disable();
}

function secondsOf(nanoseconds: IntervalHistogram['max']): number {
  return Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1000);
}
