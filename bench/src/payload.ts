/** Data of every job: a passage to embed, about 250 B as JSON. */
export interface Passage {
  /** Number of the job in its sample, starting at 0; proves that each job was done once. */
  readonly n: number;
  readonly document: string;
  readonly chunk: number;
  readonly model: string;
  readonly text: string;
}

/** One job of a sample, for any system. */
export interface Job {
  readonly tenant: string;
  readonly data: Passage;
}

/** Properties of the jobs of a sample. */
export interface JobsShape {
  /** Number of the first job. @default 0 */
  readonly first?: number;
  readonly count: number;
  /** Number of tenants, used in turn. */
  readonly tenants: number;
  /** Length of the text (bytes). */
  readonly textBytes: number;
}

export const SMALL_TEXT_BYTES = 150;

const SENTENCE =
  'The lease starts with the claim and ends with the settlement; the holder of the token may settle. ';

/** Creates the jobs of a sample, before its clock starts. */
export function makeJobs({ first = 0, count, tenants, textBytes }: JobsShape): Job[] {
  const text = SENTENCE.repeat(Math.ceil(textBytes / SENTENCE.length)).slice(0, textBytes);
  return Array.from({ length: count }, (_, index) => {
    const n = first + index;
    const document = `doc-${1_000_000 + Math.floor(n / 20)}`;
    const data = { n, document, chunk: n % 20, model: 'text-embedding-3-small', text };
    return { tenant: `tenant-${n % tenants}`, data };
  });
}

/** Returns the average size of the data as JSON (bytes). */
export function dataBytes(jobs: readonly Job[]): number {
  const total = jobs.reduce((sum, { data }) => sum + Buffer.byteLength(JSON.stringify(data)), 0);
  return total / jobs.length;
}
