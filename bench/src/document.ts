import { readFile, writeFile } from 'node:fs/promises';
import { columnWidths } from './report.ts';
import type { BenchResult } from './result.ts';
import { circumstances, FIGURE_HEAD, figureRows, TARGET_HEAD, targetRows } from './rows.ts';

const BEGIN = '<!-- results: written by npm run bench -->\n';
const END = '<!-- /results -->\n';

/** Writes the result between the markers of a Markdown file. Throws an Error if there are none. */
export async function updateDocument(result: BenchResult, file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new Error(`Cannot write results into "${file}": it has no markers`);
  }
  const before = text.slice(0, begin + BEGIN.length);
  await writeFile(file, `${before}\n${markdownOf(result)}\n\n${text.slice(end)}`);
}

/** Formats the result as Markdown, as the formatter would. */
export function markdownOf(result: BenchResult): string {
  return [
    ...circumstances(result).map((line) => `- ${line}`),
    '',
    ...table(FIGURE_HEAD, figureRows(result)),
    '',
    ...table(TARGET_HEAD, targetRows(result)),
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths([head, ...rows]).map((width) => Math.max(3, width));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;

  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}
