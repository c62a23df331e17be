import { runGuarantees } from '@nooble/guarantee';

const results = await runGuarantees({
  redisUrl: process.env['REDIS_URL'],
  seed: 7,
  seconds: 4,
  only: ['P5', 'P8'],
  volatile: true,
});
export const held = results.every((result) => result.held);
