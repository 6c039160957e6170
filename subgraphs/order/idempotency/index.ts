export { IdempotencyKeyReused } from './idempotency.errors';
export { IdempotencyKey } from './idempotency.entity';
export { HOLD_SECONDS, IdempotencyService, readKey, type HeldKey, type KeyOf } from './idempotency.service';
