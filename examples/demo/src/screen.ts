import { styleText } from 'node:util';
import { printable } from '@nooble/errors';
import type { Flow } from './flow.ts';
import { duration, fit, flowRow, MAX_ROW_WIDTH, MAX_WIDTH, wrap } from './layout.ts';
import { Typing } from './typing.ts';

type Style = Parameters<typeof styleText>[0];

const BAR = 24;
/** Width of the name of a field. */
const FIELD = 11;
const TIER_STYLES = {
  enterprise: 'magenta',
  professional: 'blue',
  advance: 'cyan',
  free: 'yellow',
} as const;
const MARKS = { done: ['green', '✓'], retry: ['yellow', '↻'], dead: ['red', '✗'] } as const;

/**
 * Writes output: with colours and a progress line on a terminal, as plain lines elsewhere. Wraps lines to the width of the
 * terminal. Removes control characters, because documents, answers and errors may contain anything.
 */
export class Screen {
  readonly #out: NodeJS.WriteStream;
  readonly #live: boolean;
  #moving = false;
  #typing: Typing | undefined;

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
    this.#live = out.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  }

  heading(text: string): void {
    this.#write(`\n${this.#paint('bold', this.#wrapped(text))}`);
  }

  line(text = ''): void {
    this.#write(this.#wrapped(text));
  }

  faint(text: string): void {
    this.#write(this.#paint('dim', this.#wrapped(text)));
  }

  /** Writes a named value; further lines of it are indented. */
  field(name: string, text: string): void {
    const indented = this.#wrapped(`${' '.repeat(FIELD)}${text}`);
    this.#write(`${name.padEnd(FIELD)}${indented.slice(FIELD)}`);
  }

  /** Returns a writer for a text that arrives in parts. Any other output begins a new line. */
  typing(): Typing {
    this.#clear();
    return (this.#typing = new Typing((text) => void this.#out.write(text), this.#width));
  }

  /** Writes a line that the next progress line replaces. Without a terminal only the last one is written. */
  progress(label: string, { done, all }: { done: number; all: number }): void {
    const filled = Math.round((BAR * done) / all);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
    const line = `${bar} ${oneLine(label)} ${done}/${all}`;
    if (this.#live) {
      this.#clear();
      this.#out.write(line);
      this.#moving = true;
    }
    if (done === all) this.#write(line);
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
    this.#write(this.#paint(TIER_STYLES[tier], oneLine(text)));
  }

  /** Writes a line of a table, which is cut to `rowWidth`. */
  row(text: string, style: Style): void {
    this.#write(this.#paint(style, fit(oneLine(text), this.rowWidth).trimEnd()));
  }

  /** Writes a line that is never cut or wrapped, such as a command. */
  copyable(text: string): void {
    this.#write(oneLine(text));
  }

  /** True if a person reads it and can answer. */
  get isInteractive(): boolean {
    return this.#out.isTTY && process.stdin.isTTY;
  }

  /** Maximum length of a line of a table. */
  get rowWidth(): number {
    return Math.min(this.#out.columns || MAX_ROW_WIDTH, MAX_ROW_WIDTH);
  }

  #wrapped(text: string): string {
    return wrap(printable(text), this.#width);
  }

  get #width(): number {
    return Math.min(this.#out.columns || MAX_WIDTH, MAX_WIDTH);
  }

  #row(mark: string, style: Style, cells: Parameters<typeof flowRow>[0]): void {
    const row = oneLine(flowRow(cells, this.#width - 2));
    this.#write(`${mark}${this.#paint(style, row)}`);
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
    this.#typing?.end();
  }
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ');
}
