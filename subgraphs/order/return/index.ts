export { OrderReturn } from './return.entity';
export { createReturnLoaders } from './return.loader';
export { ReturnFieldsResolver, ReturnResolver } from './return.resolver';
export { ReturnRestock } from './return.restock';
export { ReturnService } from './return.service';
