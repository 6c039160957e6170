export { defineLoader, groupedByKey, inKeyOrder, RequestLoaders, type LoaderDefinition } from './request-loaders';
export { defineSharedLoader, sharedBatch, type Batch } from './shared-batch';
