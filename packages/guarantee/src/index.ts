export { runGuarantees, type Result, type RunOptions } from './run.ts';
