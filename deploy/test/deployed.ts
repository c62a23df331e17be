import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';

const execute = promisify(execFile);

/** The folder `deploy`. */
export const deploy = fileURLToPath(new URL('..', import.meta.url));

/** A rule of Prometheus; either records a series or raises an alert. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Returns all rules of `rules.yml`. */
export function allRules(): Rule[] {
  const { groups } = read('prometheus/rules.yml') as { groups: { rules: Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** A manifest of any kind. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Returns the manifests of all files in `kubernetes`. */
export function allManifests(): Manifest[] {
  return namesIn('deploy/kubernetes', '.yaml').flatMap((name) =>
    parseAllDocuments(textOf(`kubernetes/${name}.yaml`)).map((each) => each.toJS() as Manifest),
  );
}

/** Returns the expressions by which KEDA scales. */
export function scalingQueries(): string[] {
  const scaled = allManifests().filter(({ kind }) => kind === 'ScaledObject');
  return scaled.flatMap(({ spec }) =>
    (spec['triggers'] as { metadata: { query: string } }[]).map(({ metadata }) => metadata.query),
  );
}

/** Parses a YAML or JSON file below `deploy`. */
export function read(file: string): unknown {
  return file.endsWith('.json') ? JSON.parse(textOf(file)) : parse(textOf(file));
}

export function textOf(file: string): string {
  return readFileSync(`${deploy}/${file}`, 'utf8');
}

/** Returns the names of the files in a folder below the root of the repository, without their suffix. */
export function namesIn(folder: string, suffix: string): string[] {
  const names = readdirSync(`${deploy}/../${folder}`).filter((name) => name.endsWith(suffix));
  return names.map((name) => name.slice(0, -suffix.length));
}

/** Runs a program in a folder below `deploy` and returns its output, also if it fails. */
export async function outputWith(
  command: string,
  args: readonly string[],
  { env, folder }: { readonly env: NodeJS.ProcessEnv; readonly folder: string },
): Promise<string> {
  const options = { env: { ...process.env, ...env }, cwd: `${deploy}/${folder}` };
  const { stdout, stderr } = await execute(command, args, options).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  return stdout + stderr;
}
