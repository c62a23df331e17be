import { styleText } from 'node:util';
import type { Flow } from './flow.ts';

type Style = Parameters<typeof styleText>[0];

const WIDTH = 24;
const TIER_STYLES = {
  enterprise: 'magenta',
  professional: 'blue',
  advance: 'cyan',
  free: 'yellow',
} as const;

/** Writes for people: in colour and with a moving line on a terminal, plain lines elsewhere. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #moving = false;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    this.#live = out.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  }

  heading(text: string): void {
    this.line(`\n${this.#paint('bold', text)}`);
  }

  line(text = ''): void {
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  faint(text: string): void {
    this.line(this.#paint('dim', text));
  }

  /** A line that the next one replaces; off a terminal only the last one is written. */
  progress(label: string, { done, all }: { done: number; all: number }): void {
    const filled = Math.round((WIDTH * done) / all);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    if (this.#live) {
      this.#clear();
      this.#out.write(`${bar} ${label} ${done}/${all}`);
      this.#moving = true;
    }
    if (done === all) this.line(`${bar} ${label} ${done}/${all}`);
  }

  flowHeader(): void {
    this.faint(`  ${row(['action', 'queue', 'waiting', 'running', 'outcome'])}`);
  }

  flow({ type, queue, tier, waitedMs, runningMs, outcome }: Flow): void {
    const cells = row([type, queue, ms(waitedMs), ms(runningMs), outcome]);
    const mark = this.#paint(outcome === 'done' ? 'green' : 'red', outcome === 'done' ? '✓' : '✗');
    this.line(`${mark} ${this.#paint(TIER_STYLES[tier], cells)}`);
  }

  tier(tier: keyof typeof TIER_STYLES, text: string): void {
    this.line(this.#paint(TIER_STYLES[tier], text));
  }

  #paint(style: Style, text: string): string {
    return this.#live ? styleText(style, text) : text;
  }

  #clear(): void {
    if (this.#moving) this.#out.write('\r\u001b[2K');
    this.#moving = false;
  }
}

/** Whole ms from ten up, tenths below. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

function row([type = '', queue = '', waited = '', running = '', outcome = '']: string[]): string {
  return `${type.padEnd(32)} ${queue.padEnd(30)} ${waited.padStart(9)} ${running.padStart(9)}  ${outcome}`;
}
