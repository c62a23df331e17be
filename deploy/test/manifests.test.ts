import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job, type IJob } from 'kubernetes-models/batch/v1/Job';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Service } from 'kubernetes-models/v1/Service';
import { expect, it } from 'vitest';
import { allManifests, scalingQueries, type Manifest } from './deployed.ts';
import { exposedLabels, exposedSeries, namesOf } from './expression-names.ts';

/** Schemas of the kinds that are used. */
const KINDS = { Deployment, Job, NetworkPolicy, PodDisruptionBudget, ScaledObject, Service };

const manifests = allManifests();
const deployments = ofKind('Deployment') as unknown as IDeployment[];
const withPods: readonly (IDeployment | IJob)[] = [
  ...deployments,
  ...(ofKind('Job') as unknown as IJob[]),
];

it('all manifests are valid by the schemas of Kubernetes and KEDA', () => {
  for (const { kind, ...content } of manifests) {
    expect(Object.keys(KINDS)).toContain(kind);
    const model = new KINDS[kind as keyof typeof KINDS](content as never);
    expect(() => model.validate()).not.toThrow();
  }
});

it('the schemas refuse a manifest with an error', () => {
  const wrong = { metadata: { name: 'x' }, spec: { replicas: 'two', selector: {}, template: {} } };
  expect(() => new Deployment(wrong as never).validate()).toThrow(/replicas must be integer/);
});

it('each deployment has probes on the routes of the services', () => {
  for (const deployment of deployments) {
    const { livenessProbe, readinessProbe } = containerOf(deployment);
    expect(livenessProbe?.httpGet).toEqual({ path: '/health', port: 'http' });
    expect(readinessProbe?.httpGet).toEqual({ path: '/ready', port: 'http' });
  }
});

it('each deployment gets more time to stop than its process takes', () => {
  const graces = deployments.map(({ metadata, spec }) => [
    metadata?.name,
    spec?.template.spec?.terminationGracePeriodSeconds,
  ]);
  // 25 s for handlers and 5 s for those that ignore their signal; 5 s before the stop of a gateway and 30 s for open answers.
  expect(Object.fromEntries(graces)).toEqual({
    'embedding-service': 40,
    'query-service': 40,
    gateway: 45,
  });
});

it('no container runs as root, writes to its image, or may gain rights', () => {
  for (const each of withPods) {
    expect(each.spec?.template.spec?.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(each.spec?.template.spec?.automountServiceAccountToken).toBe(false);
    expect(containerOf(each).securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  }
});

it('secrets are references', () => {
  const secret = /URL|KEY|PASSWORD|TOKEN/;
  for (const { name, value } of withPods.flatMap((each) => containerOf(each).env ?? []))
    expect(secret.test(name) && value !== undefined, name).toBe(false);
});

it('each deployment has a disruption budget, and each worker is scaled', () => {
  expect(namesOfKind('PodDisruptionBudget').toSorted()).toEqual(
    namesOfKind('Deployment').toSorted(),
  );
  const workers = namesOfKind('Deployment').filter((name) => name !== 'gateway');
  expect(namesOfKind('ScaledObject').toSorted()).toEqual(workers.toSorted());
});

it('workers are scaled by series that are exposed', () => {
  const names = scalingQueries().map(namesOf);
  const unknown = [
    ...names.flatMap(({ series }) => series).filter((name) => !exposedSeries().has(name)),
    ...names.flatMap(({ labels }) => labels).filter((name) => !exposedLabels().has(name)),
  ];
  expect(unknown).toEqual([]);
});

function namesOfKind(kind: string): string[] {
  return ofKind(kind).map(({ metadata }) => metadata.name);
}

function ofKind(kind: string): Manifest[] {
  return manifests.filter((each) => each.kind === kind);
}

function containerOf({ spec }: IDeployment | IJob) {
  const container = spec?.template.spec?.containers?.[0];
  if (!container) throw new Error('The pod has no container');
  return container;
}
