export { readProducts } from './product-rows';
export { runImport, type ImportSummary } from './run-import';
