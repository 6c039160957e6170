export { ForSaleService } from './for-sale.service';
export { MovementRecord } from './movement.entity';
export { createMovementLoaders, MovementResolver } from './movement.resolver';
export { MovementService } from './movement.service';
export { ReservationResolver } from './reservation.resolver';
export { ReservationService } from './reservation.service';
export { checkStock, type StockViolation } from './stock-audit';
