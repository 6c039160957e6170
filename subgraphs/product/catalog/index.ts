export { ImageRecord } from './image.entity';
export { PRODUCT_STATUSES, ProductRecord, type ProductStatus } from './product.entity';
export { VariantRecord } from './variant.entity';
