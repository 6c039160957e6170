import type { DataSource } from 'typeorm';
import type { SubgraphContext } from '../../platform/federation';
import { defineLoader } from '../../platform/loaders';
import { AuditService } from './audit';
import { createShipmentLoaders, FulfilmentResolver, FulfilmentService, Shipment, ShipmentResolver } from './fulfilment';
import { NoteFieldsResolver, NoteResolver, NoteService, OrderNote } from './note';
import { createAuditLoaders, OrderAuditResolver, type OrderChanges, type OrderLoaders } from './order';
import { createRefundLoaders, Refund, RefundFieldsResolver, RefundResolver, RefundService } from './refund';
import { createReturnLoaders, OrderReturn, ReturnFieldsResolver, ReturnResolver, ReturnService } from './return';

/** The records of what happens to an order after it was placed. */
export const AFTER_PLACING_ENTITIES = [OrderNote, OrderReturn, Refund, Shipment];

export interface AfterPlacing {
  readonly database: DataSource;
  readonly changes: OrderChanges;
  readonly orderLoaders: OrderLoaders;
  readonly currency: string;
  readonly returnWindowDays: number;
}

/** Composes what happens to an order after it was placed: parcels, returns, refunds, notes and the audit trail. */
export function createAfterPlacingResolvers({
  database,
  changes,
  orderLoaders,
  currency,
  returnWindowDays,
}: AfterPlacing): object[] {
  const fulfilment = new FulfilmentService(database, changes);
  const shipmentLoaders = createShipmentLoaders(fulfilment);
  const refunds = new RefundService(database, changes);
  const refundLoaders = createRefundLoaders(refunds);
  const returns = new ReturnService(database, changes, returnWindowDays);
  const returnLoaders = createReturnLoaders(returns);
  const notes = new NoteService(database, changes);
  const notesOfOrder = defineLoader<number, OrderNote[], SubgraphContext>({
    name: 'orderNotes',
    batch: (keys) => notes.notesOf(keys),
  });
  return [
    new FulfilmentResolver(fulfilment, shipmentLoaders),
    new ShipmentResolver(shipmentLoaders, orderLoaders),
    new RefundResolver(refunds, refundLoaders, currency),
    new RefundFieldsResolver(refundLoaders, orderLoaders),
    new ReturnResolver(returns, returnLoaders),
    new ReturnFieldsResolver(returnLoaders, orderLoaders),
    new NoteResolver(notes, notesOfOrder),
    new NoteFieldsResolver(),
    new OrderAuditResolver(createAuditLoaders(new AuditService(database))),
  ];
}
