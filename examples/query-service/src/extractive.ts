// A subpath, so that a program which only composes answers does not load the service.
export { ExtractiveAnswerer } from './extractive-answerer.ts';
export { sentencesOf } from './sentences.ts';
