export { createShipmentLoaders } from './fulfilment.loader';
export { FulfilmentResolver, ShipmentResolver } from './fulfilment.resolver';
export { FulfilmentService } from './fulfilment.service';
export { Shipment } from './shipment.entity';
