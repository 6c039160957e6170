export { forgetErasedAccount } from './account-erasure';
export { CustomerOrdersResolver } from './customer-orders.resolver';
export { countGoods, fulfilmentOf, openReturnsOf, type Goods } from './goods';
export { chosenLines, OrderLineInput, readLines, type ItemQuantity, type LineQuantity } from './line.input';
export { OrderAddress } from './order-address';
export { createAuditLoaders, OrderAuditResolver } from './order-audit.resolver';
export { OrderChanges, Refusal, type ChangeRefusal, type OrderChangeOutcome, type OrderChangeRequest } from './order.changes';
export { Order } from './order.entity';
export {
  IllegalTransition,
  OrderChangeError,
  OrderNotFound,
  OrderVersionConflict,
  QuantityUnavailable,
  ShipmentNotFound,
  type OrderChangeFailure,
} from './order.errors';
export { OrderEvent } from './order-event.entity';
export { NamedChangeInput, OrderChangeInput, readChange, readReason } from './order.inputs';
export { OrderItem } from './order-item.entity';
export { OrderItemResolver } from './order-item.resolver';
export { createOrderLoaders, type OrderLoaders } from './order.loader';
export { changeOrder, SYSTEM, type Actor } from './order.log';
export { OrderChangePayload } from './order.payloads';
export { placeNewOrder, type NewOrder, type NewOrderItem } from './order.placement';
export { maySee } from './order.policy';
export { OrderResolver } from './order.resolver';
export { lockedItems, lockOrder, recordsOf, type LoggedOrder } from './order.rows';
export { OrderService } from './order.service';
export { OrderStatus, ShippingMethod } from './order.status';
export { owe, oweAgain, owedCte, owesStock, SETTLE_ORDER, type FollowUps, type OrderTask } from './order.tasks';
