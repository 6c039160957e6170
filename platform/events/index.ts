export type { BroadcastOptions, EventBus, Unsubscribe } from './bus';
export { topicOf, type DomainEvent, type EntityRef, type NewEvent } from './event';
export { createMemoryBus } from './memory-bus';
export { createRedisBus } from './redis-bus';
export { recordEvents, tellingRows } from './outbox';
export { OutboxEvent, OUTBOX_DDL } from './outbox.entity';
export { startOutboxRelay } from './relay';
