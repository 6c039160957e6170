export type { BroadcastOptions, EventBus, Unsubscribe } from './bus';
export { keysOf, topicOf, type DomainEvent, type EntityRef, type NewEvent, type PlacedEvent } from './event';
export { createMemoryBus } from './memory-bus';
export { createRedisBus } from './redis-bus';
export { recordEvents, tellingRows } from './outbox';
export { OutboxEvent, OUTBOX_DDL } from './outbox.entity';
export { OUTBOX_POSITIONS_DDL, OUTBOX_WITHOUT_POSITIONS_DDL } from './outbox-positions';
export { toEvent, type OutboxRow } from './outbox-row';
export { startOutboxRelay } from './relay';
