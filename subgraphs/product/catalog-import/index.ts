export { LIMITS, type ImageDraft, type ProductDraft, type ProductHead, type Refusal, type VariantDraft } from './product-draft';
