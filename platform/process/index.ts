export { Lifecycle, type Stoppable } from './lifecycle';
export { repeat } from './repeat';
