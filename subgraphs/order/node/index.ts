export { NodeResolver, type OrderPart } from './node.resolver';
