import type { SubgraphContext } from '../../../platform/federation';
import { defineLoader } from '../../../platform/loaders';
import type { FulfilmentService } from './fulfilment.service';
import type { Shipment, ShipmentLineRow } from './shipment.entity';

/** The batches of parcels. */
export function createShipmentLoaders(fulfilment: FulfilmentService) {
  return {
    byKey: defineLoader<number, Shipment | null, SubgraphContext>({
      name: 'shipmentByKey',
      batch: (keys) => fulfilment.byKeys(keys),
    }),
    ofOrder: defineLoader<number, Shipment[], SubgraphContext>({
      name: 'orderShipments',
      batch: (keys) => fulfilment.shipmentsOf(keys),
    }),
    lines: defineLoader<number, ShipmentLineRow[], SubgraphContext>({
      name: 'shipmentLines',
      batch: (keys) => fulfilment.linesOf(keys),
    }),
  };
}

export type ShipmentLoaders = ReturnType<typeof createShipmentLoaders>;
