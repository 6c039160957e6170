export { startReservationExpiry } from './expiry.worker';
export { ForSaleService } from './for-sale.service';
export { MOVEMENT_KINDS, MovementRecord, type MovementKind } from './movement.entity';
export { createMovementLoaders, MovementResolver } from './movement.resolver';
export { MovementService } from './movement.service';
export { ReservationResolver } from './reservation.resolver';
export { ReservationService, type StockLine } from './reservation.service';
export { stockChanged, type ChangedStock } from './stock.events';
