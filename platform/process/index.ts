export { crashPoint } from './crash-point';
export { Lifecycle, type Stoppable } from './lifecycle';
export { repeat } from './repeat';
