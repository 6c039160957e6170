export { MOVEMENT_KINDS, MovementRecord, type MovementKind } from './movement.entity';
