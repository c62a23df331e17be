/** An expression and the name of its series, as a template of Grafana. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** One panel of a dashboard. */
export interface Panel {
  readonly title: string;
  /** Text behind the info sign of the panel. */
  readonly about: string;
  /** `stat` shows the last value of each series, `graph` its course. @default 'graph' */
  readonly kind?: 'graph' | 'stat' | 'table';
  /** A unit of Grafana: `s`, `percentunit`, `ops`, `short`. @default 'short' */
  readonly unit?: string;
  /** Stacks the series of a graph. @default false */
  readonly isStacked?: boolean;
  /** Values from which a `stat` is yellow and red. @default never */
  readonly levels?: readonly [yellow: number, red: number];
  readonly queries: readonly Query[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const COLUMNS = 24;
const SIZES = { graph: { w: 12, h: 8 }, stat: { w: 4, h: 4 }, table: { w: 12, h: 8 } } as const;
const TYPES = { graph: 'timeseries', stat: 'stat', table: 'table' } as const;

/** Returns the panels in the format of Grafana, placed from left to right and from top to bottom. */
export function placed(panels: readonly Panel[]): object[] {
  let x = 0;
  let y = 0;
  let height = 0;
  return panels.map((panel, index) => {
    const { w, h } = SIZES[panel.kind ?? 'graph'];
    if (x + w > COLUMNS) {
      x = 0;
      y += height;
      height = 0;
    }
    const gridPos = { x, y, w, h };
    x += w;
    height = Math.max(height, h);
    return { id: index + 1, gridPos, ...panelOf(panel) };
  });
}

function panelOf(panel: Panel): object {
  const { title, about, kind = 'graph', queries } = panel;
  return {
    type: TYPES[kind],
    title,
    description: about,
    datasource: DATASOURCE,
    fieldConfig: { defaults: defaultsOf(panel), overrides: [] },
    options: optionsOf(kind),
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat: legend,
      ...(kind === 'table' ? { instant: true, format: 'table' } : { range: true }),
    })),
  };
}

function defaultsOf({ unit = 'short', isStacked = false, levels, kind = 'graph' }: Panel): object {
  const lines = { fillOpacity: isStacked ? 30 : 5, showPoints: 'never' };
  const stacking = { mode: isStacked ? 'normal' : 'none' };
  return {
    unit,
    min: 0,
    ...(kind === 'graph' && { custom: { ...lines, stacking } }),
    thresholds: { mode: 'absolute', steps: stepsOf(levels) },
  };
}

function stepsOf(levels: Panel['levels']): object[] {
  const usual = { color: 'green', value: null };
  if (!levels) return [usual];
  const [yellow, red] = levels;
  return [usual, { color: 'yellow', value: yellow }, { color: 'red', value: red }];
}

function optionsOf(kind: NonNullable<Panel['kind']>): object {
  if (kind === 'graph') return { legend: { displayMode: 'list', placement: 'bottom' } };
  if (kind === 'table') return { showHeader: true };
  return { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' };
}
