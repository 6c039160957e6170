export { crashPoint } from './crash-point';
export { DeadlineQueue, type Timed, type Waiting } from './deadline-queue';
export { Lifecycle, type Stoppable } from './lifecycle';
export { repeat } from './repeat';
