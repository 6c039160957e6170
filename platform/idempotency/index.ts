export { IdempotencyKeyReused } from './idempotency.errors';
export { IDEMPOTENCY_DDL, IdempotencyKey } from './idempotency.entity';
export { answeredCte, HOLD_SECONDS, IdempotencyService, readKey, type HeldKey, type KeyOf } from './idempotency.service';
