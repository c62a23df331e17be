import { writeFile } from 'node:fs/promises';
import type { BenchResult } from './result.ts';

/** Throughput scenarios in the chart; higher is better. */
const SHOWN: readonly (readonly [scenario: string, label: string])[] = [
  ['enqueue', 'enqueue, one by one'],
  ['enqueueBatch', 'enqueue, in bulk'],
  ['process_c50', 'process, 50 at a time'],
  ['process_c200', 'process, 200 at a time'],
  ['lifecycle', 'both together'],
  ['tenants_100k', 'process, 100,000 tenants'],
];
const COLOURS: Readonly<Record<string, string>> = {
  nooble: '#0d9488',
  bullmq: '#d97706',
  'bee-queue': '#7c83a8',
};
const WIDTH = 760;
const LABELS = 190;
const BAR = 14;
const GAP = 18;
const TOP = 44;

interface Bar {
  readonly system: string;
  readonly rate: number;
}

/** Writes the chart of the throughput scenarios as SVG, readable in light and dark mode. */
export async function writeChart(result: BenchResult, file: string): Promise<void> {
  await writeFile(file, chartOf(result));
}

export function chartOf({ scenarios }: BenchResult): string {
  const groups = SHOWN.flatMap(([name, label]) => {
    const values = Object.entries(scenarios[name]?.metrics['rate']?.values ?? {});
    const bars = values
      .filter(([system]) => system in COLOURS)
      .map(([system, { median }]): Bar => ({ system, rate: median }));
    return bars.length > 0 ? [{ label, bars }] : [];
  });
  const most = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ rate }) => rate)));
  let y = TOP;
  const drawn = groups.map((group) => {
    const text = drawGroup(group, { y, most });
    y += group.bars.length * BAR + GAP;
    return text;
  });
  return svg(y, [...legend(), ...drawn].join('\n'));
}

function drawGroup(
  { label, bars }: { label: string; bars: readonly Bar[] },
  { y, most }: { y: number; most: number },
): string {
  const middle = y + (bars.length * BAR) / 2 + 4;
  const lines = bars.map(({ system, rate }, index) => {
    const top = y + index * BAR;
    const width = Math.max(1, ((WIDTH - LABELS - 80) * rate) / most);
    return `  <rect x="${LABELS}" y="${top}" width="${width.toFixed(1)}" height="${BAR - 2}" rx="2" fill="${COLOURS[system]}"/>
  <text class="value" x="${(LABELS + width + 6).toFixed(1)}" y="${top + 10}">${(rate / 1000).toFixed(1)} k/s</text>`;
  });
  return [
    `  <text x="${LABELS - 12}" y="${middle}" text-anchor="end">${label}</text>`,
    ...lines,
  ].join('\n');
}

function legend(): string[] {
  return Object.entries(COLOURS).map(([system, colour], index) => {
    const x = LABELS + index * 110;
    return `  <rect x="${x}" y="14" width="12" height="12" rx="2" fill="${colour}"/>
  <text x="${x + 18}" y="24">${system}</text>`;
  });
}

function svg(height: number, body: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Actions per second of Nooble and its peers, by scenario">
  <style>
    text { font: 13px system-ui, sans-serif; fill: #1f2937 }
    .value { font-size: 11px; fill: #4b5563 }
    @media (prefers-color-scheme: dark) { text { fill: #e5e7eb } .value { fill: #9ca3af } }
  </style>
${body}
</svg>
`;
}
