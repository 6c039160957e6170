import type { DataSource } from 'typeorm';
import { AuditService } from './audit';
import { createShipmentLoaders, FulfilmentResolver, FulfilmentService, Shipment, ShipmentResolver } from './fulfilment';
import { createNoteLoaders, maySeeNote, NoteFieldsResolver, NoteResolver, NoteService, OrderNote } from './note';
import type { OrderPart } from './node';
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
export function createAfterPlacing({ database, changes, orderLoaders, currency, returnWindowDays }: AfterPlacing): {
  readonly resolvers: readonly object[];
  readonly parts: readonly OrderPart[];
} {
  const fulfilment = new FulfilmentService(database, changes);
  const shipmentLoaders = createShipmentLoaders(fulfilment);
  const refunds = new RefundService(database, changes);
  const refundLoaders = createRefundLoaders(refunds);
  const returns = new ReturnService(database, changes, returnWindowDays);
  const returnLoaders = createReturnLoaders(returns);
  const notes = new NoteService(database, changes);
  const noteLoaders = createNoteLoaders(notes);
  const resolvers = [
    new FulfilmentResolver(fulfilment, shipmentLoaders),
    new ShipmentResolver(shipmentLoaders, orderLoaders),
    new RefundResolver(refunds, refundLoaders, currency),
    new RefundFieldsResolver(refundLoaders, orderLoaders),
    new ReturnResolver(returns, returnLoaders),
    new ReturnFieldsResolver(returnLoaders, orderLoaders),
    new NoteResolver(notes, noteLoaders.ofOrder),
    new NoteFieldsResolver(),
    new OrderAuditResolver(createAuditLoaders(new AuditService(database))),
  ];
  const parts: readonly OrderPart[] = [
    { type: 'Shipment', find: (key, { loaders }) => loaders.of(shipmentLoaders.byKey).load(key) },
    { type: 'Refund', find: (key, { loaders }) => loaders.of(refundLoaders.byKey).load(key) },
    { type: 'OrderReturn', find: (key, { loaders }) => loaders.of(returnLoaders.byKey).load(key) },
    {
      type: 'OrderNote',
      find: async (key, { loaders, viewer }) => {
        const note = await loaders.of(noteLoaders.byKey).load(key);
        return note && maySeeNote(viewer, note) ? note : null;
      },
    },
  ];
  return { resolvers, parts };
}
