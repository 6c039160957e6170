export { defineLoader, groupedByKey, inKeyOrder, RequestLoaders, type LoaderDefinition } from './request-loaders';
