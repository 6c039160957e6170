import { ObjectType } from 'type-graphql';
import { OrderChangePayload } from '../order';

@ObjectType('PackOrderPayload', { description: 'The answer of packOrder.' })
export class PackOrderPayload extends OrderChangePayload {}

@ObjectType('ShipOrderPayload', { description: 'The answer of shipOrder.' })
export class ShipOrderPayload extends OrderChangePayload {}

@ObjectType('DeliverOrderPayload', { description: 'The answer of deliverOrder.' })
export class DeliverOrderPayload extends OrderChangePayload {}

@ObjectType('DeliverShipmentPayload', { description: 'The answer of deliverShipment.' })
export class DeliverShipmentPayload extends OrderChangePayload {}
