export { readProducts, UnreadableCatalogue, type Reject } from './product-rows';
export { runImport, type ImportOptions, type ImportSummary } from './run-import';
