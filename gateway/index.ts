export { subgraphAddresses } from './supergraph/subgraph-addresses';
export { manifestFiles } from './documents';
export { startGateway } from './gateway';
export type { GatewayOptions, KeySource, RunningGateway } from './options';
