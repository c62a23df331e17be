import { styleText } from 'node:util';
import type { Flow } from './flow.ts';
import { duration, flowRow, MAX_WIDTH, wrap } from './layout.ts';

type Style = Parameters<typeof styleText>[0];

const BAR = 24;
const TIER_STYLES = {
  enterprise: 'magenta',
  professional: 'blue',
  advance: 'cyan',
  free: 'yellow',
} as const;
const MARKS = { done: ['green', '✓'], retry: ['yellow', '↻'], dead: ['red', '✗'] } as const;

/** Writes for people: in colour and with a moving line on a terminal, plain lines elsewhere; no line is wider. */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #moving = false;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    this.#live = out.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  }

  heading(text: string): void {
    this.#write(`\n${this.#paint('bold', wrap(text, this.#width))}`);
  }

  line(text = ''): void {
    this.#write(wrap(text, this.#width));
  }

  faint(text: string): void {
    this.#write(this.#paint('dim', wrap(text, this.#width)));
  }

  /** A line that the next one replaces; off a terminal only the last one is written. */
  progress(label: string, { done, all }: { done: number; all: number }): void {
    const filled = Math.round((BAR * done) / all);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
    if (this.#live) {
      this.#clear();
      this.#out.write(`${bar} ${label} ${done}/${all}`);
      this.#moving = true;
    }
    if (done === all) this.#write(`${bar} ${label} ${done}/${all}`);
  }

  flowHeader(): void {
    this.#row('  ', 'dim', ['action', 'queue', 'waiting', 'running']);
  }

  flow({ type, queue, tier, waitedMs, runningMs, outcome }: Flow): void {
    const [style, mark] = MARKS[outcome];
    const cells = [type, queue, duration(waitedMs), duration(runningMs)] as const;
    this.#row(`${this.#paint(style, mark)} `, TIER_STYLES[tier], cells);
  }

  tier(tier: keyof typeof TIER_STYLES, text: string): void {
    this.#write(this.#paint(TIER_STYLES[tier], text));
  }

  get #width(): number {
    return Math.min(this.#out.columns || MAX_WIDTH, MAX_WIDTH);
  }

  #row(mark: string, style: Style, cells: Parameters<typeof flowRow>[0]): void {
    this.#write(`${mark}${this.#paint(style, flowRow(cells, this.#width - 2))}`);
  }

  #write(text: string): void {
    this.#clear();
    this.#out.write(`${text}\n`);
  }

  #paint(style: Style, text: string): string {
    return this.#live ? styleText(style, text) : text;
  }

  #clear(): void {
    if (this.#moving) this.#out.write('\r\u001b[2K');
    this.#moving = false;
  }
}
