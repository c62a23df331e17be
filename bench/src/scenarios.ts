import type { Scenario } from './scenario.ts';
import { call } from './scenarios/call.ts';
import { callback } from './scenarios/callback.ts';
import { cancel } from './scenarios/cancel.ts';
import { enqueueBatch } from './scenarios/enqueue-batch.ts';
import { enqueue, enqueue1 } from './scenarios/enqueue.ts';
import { floor } from './scenarios/floor.ts';
import { idle } from './scenarios/idle.ts';
import { lifecycle } from './scenarios/lifecycle.ts';
import { observed } from './scenarios/observed.ts';
import { memory } from './scenarios/memory.ts';
import { partitions } from './scenarios/partitions.ts';
import { payload100k } from './scenarios/payload.ts';
import {
  processC1,
  processC1For1Ms,
  processC1For20Ms,
  processC1WithoutPrefetch,
  processC200,
  processC50,
} from './scenarios/process.ts';
import { redisCpu } from './scenarios/redis-cpu.ts';
import { roundtrip } from './scenarios/roundtrip.ts';
import { sendToStart } from './scenarios/send-to-start.ts';
import { scaling } from './scenarios/scaling.ts';
import { stream } from './scenarios/stream.ts';
import { groups20k, tenants1, tenants100k, tenants1k } from './scenarios/tenants.ts';

/** All scenarios, in the order of the table. */
export const SCENARIOS: readonly Scenario[] = [
  enqueue,
  enqueue1,
  enqueueBatch,
  processC1,
  processC1WithoutPrefetch,
  processC1For1Ms,
  processC1For20Ms,
  processC50,
  processC200,
  lifecycle,
  observed,
  roundtrip,
  sendToStart,
  callback,
  stream,
  cancel,
  call,
  tenants1,
  tenants1k,
  tenants100k,
  groups20k,
  memory,
  idle,
  redisCpu,
  payload100k,
  floor,
  scaling,
  partitions,
];
