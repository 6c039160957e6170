export { createProductSubgraph } from './product.subgraph';
