export { askSubgraph, type Caller } from './ask-subgraph';
