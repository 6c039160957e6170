export { EntityCache, type EntityCacheWatch } from './entity-cache';
