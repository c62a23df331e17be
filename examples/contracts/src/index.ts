export { generateEmbeddings, MAX_TEXTS, validateTexts } from './embedding.ts';
export {
  generateAnswer,
  indexDocuments,
  searchPassages,
  type Answered,
  type Found,
  type Indexed,
  type Question,
  type Source,
} from './query.ts';
