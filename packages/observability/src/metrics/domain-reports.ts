import { newId } from '@nooble/models';
import type { DomainQueueManager, DomainReport } from '@nooble/queue';

/** Intervals for which a process that does not report keeps its role, before another one takes over. */
const INTERVALS = 3;

/** Dependencies of the reports. */
export interface DomainReportsParts {
  readonly queues: Pick<DomainQueueManager, 'report'>;
  readonly domains: readonly string[];
  readonly everyMs: number;
  readonly onFailed: (domain: string) => void;
}

/**
 * Reads the figures of domains from time to time. Of all processes that do so for a domain, one reads it; if it ends, another one
 * takes over. A scrape causes no read.
 */
export class DomainReports {
  readonly #parts: DomainReportsParts;
  readonly #process = newId();
  readonly #latest = new Map<string, { report: DomainReport | undefined; untilMs: number }>();
  readonly #reading = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: DomainReportsParts) {
    this.#parts = parts;
  }

  start(): void {
    if (this.#timer || this.#parts.domains.length === 0) return;
    this.#timer = setInterval(() => this.#readAll(), this.#parts.everyMs);
    this.#timer.unref();
    this.#readAll();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#latest.clear();
  }

  /** Calls `report` for each domain that this process has read recently, and `withdrawn` for those of another process. */
  each(report: (figures: DomainReport) => void, withdrawn: (domain: string) => void): void {
    for (const [domain, latest] of this.#latest) {
      if (latest.report && performance.now() < latest.untilMs) report(latest.report);
      else withdrawn(domain);
    }
  }

  #readAll(): void {
    for (const domain of this.#parts.domains) void this.#read(domain);
  }

  /** Never rejects. A read that takes long is not repeated meanwhile. */
  async #read(domain: string): Promise<void> {
    if (this.#reading.has(domain)) return;
    this.#reading.add(domain);
    const { queues, everyMs, onFailed } = this.#parts;
    const forMs = INTERVALS * everyMs;
    try {
      const untilMs = performance.now() + forMs;
      const report = await queues.report(domain, { process: this.#process, forMs });
      const wasReporter = this.#latest.has(domain);
      if (this.#timer && (report || wasReporter)) this.#latest.set(domain, { report, untilMs });
    } catch {
      onFailed(domain);
    } finally {
      this.#reading.delete(domain);
    }
  }
}
