export { addResults, openCatalogueImporter, type BatchResult, type CatalogueImporter } from './catalogue-importer';
export { plainText, safeHtml } from './description';
export { LIMITS, type ImageDraft, type ProductDraft, type ProductHead, type Refusal, type VariantDraft } from './product-draft';
