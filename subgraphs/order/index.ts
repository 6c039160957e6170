export { createOrderSubgraph, type OrderSubgraphDependencies } from './order.subgraph';
