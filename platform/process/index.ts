export { Lifecycle, type Stoppable } from './lifecycle';
