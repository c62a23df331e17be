import { truncate } from '@nooble/errors';

/** Maximum width of a line, and of a line of a wide table (characters). */
export const MAX_WIDTH = 80;
export const MAX_ROW_WIDTH = 100;

/** Pads a text to `width` characters, or truncates it with an ellipsis. */
export function fit(text: string, width: number): string {
  return text.length > width ? `${truncate(text, Math.max(0, width - 1))}…` : text.padEnd(width);
}

/** Wraps a text between words to at most `width` characters per line; keeps the indentation. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

/** Formats a duration: tenths of a ms below 10 ms, whole ms below 10 s, otherwise seconds. */
export function duration(ms: number): string {
  if (ms >= 9_999.5) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

const NUMBER = 7;

/** Formats one action as a row; type and queue share the width that the two numbers leave. */
export function flowRow(
  [type, queue, waiting, running]: readonly [string, string, string, string],
  width: number,
): string {
  const names = width - 2 * (NUMBER + 1) - 1;
  const typeWidth = Math.ceil(names * 0.52);
  const numbers = [waiting, running].map((text) => text.padStart(NUMBER));
  return [fit(type, typeWidth), fit(queue, names - typeWidth), ...numbers].join(' ');
}

function wrapLine(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  for (const word of line.slice(indent.length).match(/\S+ */g) ?? []) {
    const last = lines.at(-1);
    const joined = `${last}${word}`;
    if (last !== undefined && joined.trimEnd().length <= width) lines[lines.length - 1] = joined;
    else lines.push(`${indent}${word}`);
  }
  return lines.map((each) => each.trimEnd()).join('\n');
}
