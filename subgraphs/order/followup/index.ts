export { OwedTask } from './order-task.entity';
export { OrderTasks } from './order-tasks';
export { TaskRunner } from './task-runner';
