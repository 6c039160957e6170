export { subgraphAddresses } from './supergraph/subgraph-addresses';
export { startGateway } from './gateway';
export type { GatewayOptions, KeySource, RunningGateway } from './options';
