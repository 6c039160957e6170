export { startReservationExpiry } from './expiry.worker';
export { ForSaleService } from './for-sale.service';
export { MOVEMENT_KINDS, MovementRecord, type MovementKind } from './movement.entity';
export { ReservationResolver } from './reservation.resolver';
export { ReservationService, type StockLine } from './reservation.service';
export { stockChanged, type ChangedStock } from './stock.events';
