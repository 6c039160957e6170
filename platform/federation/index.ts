import 'reflect-metadata';

export {
  connectionType,
  ConnectionArgs,
  MAX_PAGE,
  PageInfo,
  readPage,
  toConnection,
  type ConnectionOf,
  type Page,
  type PageRequest,
} from './connection';
export { globalId, keyOf, tryKeyOf, typeOfGlobalId, type GlobalIdType } from './global-id';
export { GLOBAL_ID_DDL } from './global-id-ddl';
export { createHttpSubgraphClient, type HttpSubgraphOptions } from './http-client';
export { Money, MoneyInput, readMoney } from './money';
export { Node } from './node';
export { DateTimeScalar, DecimalScalar, JsonScalar } from './scalars';
export {
  buildSubgraph,
  suppliedBySubgraph,
  type ReferenceResolver,
  type SourceEvent,
  type SubscriptionSource,
  type SubgraphContext,
  type SubgraphDefinition,
  type SubgraphSchema,
} from './subgraph';
export { createSubgraphExecutor } from './subgraph-executor';
export type {
  CallReceiver,
  EventReceiver,
  ExecuteOnSubgraph,
  RunningCall,
  RunningSubscription,
  SubgraphClient,
  SubgraphRequest,
  SubgraphResponse,
} from './subgraph-request';
export { startSubgraphServer, type SubgraphServerOptions } from './subgraph-server';
export type { SubgraphDependencies, SubgraphModule } from './subgraph-module';
export { UserError } from './user-error';
