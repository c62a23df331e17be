/** A value of each series by one of its labels. */
export type Values = ReadonlyMap<string, number>;

/** An expression, the label by which its series differ, and the time of the values (Unix time, ms; now if it is not given). */
export interface Query {
  readonly expression: string;
  readonly label: string;
  readonly atMs?: number;
}

interface Response {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value: readonly [seconds: number, value: string];
    }[];
  };
}

/** Evaluates an expression with the API of Prometheus. Throws an Error if it is invalid or takes more than 10 s. */
export async function valuesOf(url: string, { expression, label, atMs }: Query): Promise<Values> {
  const query = new URLSearchParams({ query: expression });
  if (atMs !== undefined) query.set('time', String(atMs / 1_000));
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(`${url}/api/v1/query?${query.toString()}`, { signal });
  const { data, error } = (await response.json()) as Response;
  if (!data) throw new Error(`Prometheus refuses "${expression}": ${error}`);
  const entries = data.result.map(
    ({ metric, value: [, value] }) => [metric[label] ?? '', Number(value)] as const,
  );
  return new Map(entries);
}
