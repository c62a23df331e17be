import { styleText } from 'node:util';
import type { BenchResult } from './result.ts';
import { circumstances, FIGURE_HEAD, figureRows, TARGET_HEAD, targetRows } from './rows.ts';

/** Formats the result as text tables; on a terminal, targets are green or red. */
export function reportOf(result: BenchResult, coloured: boolean): string {
  const targets = targetRows(result);
  const judged = targets.length > 0 ? ['', ...aligned([TARGET_HEAD, ...targets])] : [];
  return [
    ...circumstances(result),
    '',
    ...aligned([FIGURE_HEAD, ...figureRows(result)]),
    ...judged.map((line) => (coloured ? paint(line) : line)),
  ].join('\n');
}

function paint(line: string): string {
  const verdict = /(not )?met \(.*$/.exec(line);
  if (!verdict) return line;
  const style = verdict[1] ? 'red' : 'green';
  return line.slice(0, verdict.index) + styleText(style, verdict[0], { validateStream: false });
}

/** Pads columns to the width of their widest cell. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const columns = rows[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
}
