export { CostDirectives } from './cost-directives';
export { demandOf, type OperationDemand } from './operation-demand';
